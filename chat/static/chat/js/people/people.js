/** Who is here, and who is typing. */
import { gettext, interpolate, isolate, ngettext, number } from "../i18n.js";
import { includes } from "../model/mentions.js";
import { fromTemplate, hide, partsOf } from "../ui/dom.js";
import { initialOf, markOf, roleName } from "./author.js";

const FILTER_FROM = 20; // people: about as many as fit in the panel

/**
 * The list of people, and their number wherever it is shown. Fires `mention` {name} on a click, and
 * `menu` {person, anchor} on one at the button beside it.
 */
export class People extends EventTarget {
  #list;
  #more;
  #none;
  #filter;
  #counts;
  #isMine;
  #hues;
  #present = [];
  #count = null;
  #rows = new Map(); // by author_id
  #marks = { isNamesake: () => false, roleOf: () => null };

  /**
   * `filter` is a search field, `none` the text for no results, `more` counts people not listed.
   */
  constructor({ list, more, none, filter, counts, isMine, hues }) {
    super();
    this.#list = list;
    this.#more = more;
    this.#none = none;
    this.#filter = filter;
    this.#counts = counts;
    this.#isMine = isMine;
    this.#hues = hues;
    filter.addEventListener("input", () => this.#applyFilter());
  }

  /** The people here that the server named: {author_id, name}. */
  get present() {
    return this.#present;
  }

  /** How many people are here; null before the first welcome. */
  get count() {
    return this.#count;
  }

  draw({ people, count }) {
    this.#present = people;
    this.#count = count;
    const sorted = [...people].sort(
      (a, b) => this.#isMine(b) - this.#isMine(a) || a.name.localeCompare(b.name),
    );
    const here = new Set(people.map(({ author_id }) => author_id));
    // Remove rows first: a row that is moved loses the focus.
    for (const id of [...this.#rows.keys()]) if (!here.has(id)) this.#remove(id);
    for (const [index, person] of sorted.entries()) {
      const { row } = this.#row(person);
      this.#hues.apply(row, person.author_id);
      const next = this.#list.children[index] ?? null;
      if (next !== row) this.#list.insertBefore(row, next);
    }
    this.#more.hidden = count <= people.length;
    this.#more.textContent = more(count - people.length);
    for (const element of this.#counts) element.textContent = number(count);
    this.#filter.hidden = people.length < FILTER_FROM && this.#filter.value === "";
    this.#applyFilter();
    this.mark(this.#marks);
  }

  /**
   * Show the tags of people with the same name as somebody else, `isNamesake(name)`, and roles,
   * `roleOf(author_id)`.
   */
  mark({ isNamesake, roleOf }) {
    this.#marks = { isNamesake, roleOf };
    for (const [id, { parts, name }] of this.#rows) {
      const role = roleOf(id);
      parts.mark.hidden = !isNamesake(name);
      parts.role.hidden = role === null;
      parts.role.textContent = roleName(role);
    }
  }

  /** The row of a person. Rows are reused, because one of them may have the focus. */
  #row({ author_id, name }) {
    const isMine = this.#isMine({ author_id });
    const known = this.#rows.get(author_id);
    if (known?.name === name && known.isMine === isMine) return known;
    const row = fromTemplate("person");
    const parts = partsOf(row);
    parts.avatar.textContent = initialOf(name);
    parts.name.textContent = name;
    parts.mark.textContent = markOf(author_id);
    parts.you.hidden = !isMine;
    parts.mention.title = isMine ? name : interpolate(gettext("Mention %(name)s"), { name });
    parts.mention.disabled = isMine;
    parts.mention.addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("mention", { detail: { name } })),
    );
    parts.menu.disabled = isMine;
    parts.menu.ariaLabel = interpolate(gettext("More about %(name)s"), { name });
    parts.menu.addEventListener("click", () => {
      const detail = { person: { author_id, name }, anchor: parts.menu };
      this.dispatchEvent(new CustomEvent("menu", { detail }));
    });
    known?.row.remove();
    this.#rows.set(author_id, { row, parts, name, isMine });
    return this.#rows.get(author_id);
  }

  #remove(id) {
    this.#rows.get(id).row.remove();
    this.#rows.delete(id);
  }

  #applyFilter() {
    const query = this.#filter.value.trim();
    let found = 0;
    for (const { row, name } of this.#rows.values()) {
      row.hidden = !includes(name, query);
      if (!row.hidden) found += 1;
    }
    this.#none.textContent = found === 0 && query !== "" ? gettext("No one by that name") : "";
  }
}

function more(count) {
  return interpolate(ngettext("and %(count)s more", "and %(count)s more", count), { count });
}

/** Who is typing, until the server reports that they stopped or the connection is lost. */
export class TypingLine {
  #element;
  #label;
  #isMine;

  constructor({ element, label, isMine }) {
    this.#element = element;
    this.#label = label;
    this.#isMine = isMine;
  }

  draw(people) {
    const names = people.filter((person) => !this.#isMine(person)).map(({ name }) => name);
    this.#element.toggleAttribute("data-shown", names.length > 0);
    this.#label.textContent = sentence(names);
  }
}

function sentence(names) {
  const [first, second] = names.map(isolate);
  if (names.length === 0) return "";
  if (names.length === 1) return interpolate(gettext("%(name)s is typing"), { name: first });
  if (names.length === 2)
    return interpolate(gettext("%(first)s and %(second)s are typing"), { first, second });
  const count = names.length - 1;
  return interpolate(
    ngettext(
      "%(name)s and %(count)s other are typing",
      "%(name)s and %(count)s others are typing",
      count,
    ),
    { name: first, count },
  );
}

/** Whose messages are hidden, with a button to show them again. */
export class HiddenList {
  #section;
  #list;
  #hidden;

  constructor({ section, list, hidden }) {
    this.#section = section;
    this.#list = list;
    this.#hidden = hidden;
    hidden.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  #draw() {
    const { people } = this.#hidden;
    if (people.length === 0) hide(this.#section);
    else this.#section.hidden = false;
    this.#list.replaceChildren(...people.map((person) => this.#row(person)));
  }

  #row({ author_id, name }) {
    const row = fromTemplate("hidden-person");
    const parts = partsOf(row);
    parts.name.textContent = name;
    parts.mark.textContent = markOf(author_id);
    parts.show.addEventListener("click", () => this.#hidden.remove(author_id));
    return row;
  }
}
