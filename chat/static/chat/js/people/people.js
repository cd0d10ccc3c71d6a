/** Who is here: the list in the panel, and the count wherever it is shown. Fires `mention` {name} when somebody's row is clicked. */
import { initialOf, markOf } from "./author.js";
import { gettext, interpolate, ngettext, number } from "../i18n.js";
import { includes } from "../model/mention_search.js";
import { fromTemplate, partsOf } from "../ui/templates.js";

const FILTER_FROM = 20; // people, about as many as fit in the panel

export class People extends EventTarget {
  #list;
  #more;
  #none;
  #filter;
  #counts;
  #isMine;
  #hues;
  #present = [];
  #rows = new Map(); // by author_id
  #isNamesake = () => false;

  /** `filter` is a search field, `none` says that it finds nobody. */
  constructor({ list, more, none, filter, counts, isMine, hues }) {
    super();
    this.#list = list;
    this.#more = more;
    this.#none = none;
    this.#filter = filter;
    this.#counts = counts;
    this.#isMine = isMine;
    this.#hues = hues;
    filter.addEventListener("input", () => this.#sift());
  }

  /** Those who are here by name: {author_id, name}. */
  get present() {
    return this.#present;
  }

  draw({ people, count }) {
    this.#present = people;
    const sorted = [...people].sort(
      (a, b) => this.#isMine(b) - this.#isMine(a) || a.name.localeCompare(b.name),
    );
    const here = new Set(people.map(({ author_id }) => author_id));
    for (const id of [...this.#rows.keys()]) if (!here.has(id)) this.#drop(id); // first: a row that is moved loses the focus
    sorted.forEach((person, place) => {
      const { row } = this.#row(person);
      this.#hues.dress(row, person.author_id);
      if (this.#list.children[place] !== row)
        this.#list.insertBefore(row, this.#list.children[place] ?? null);
    });
    this.#more.hidden = count <= people.length;
    this.#more.textContent = more(count - people.length);
    for (const element of this.#counts) element.textContent = number(count);
    this.#filter.hidden = people.length < FILTER_FROM && this.#filter.value === "";
    this.#sift();
    this.markNamesakes(this.#isNamesake);
  }

  /** Show the marks of those whose names are not theirs alone. */
  markNamesakes(isNamesake) {
    this.#isNamesake = isNamesake;
    for (const { parts, name } of this.#rows.values()) parts.mark.hidden = !isNamesake(name);
  }

  /** Rows are kept and not made anew: one of them may have the focus. */
  #row({ author_id, name }) {
    const isMine = this.#isMine({ author_id });
    const kept = this.#rows.get(author_id);
    if (kept?.name === name && kept.isMine === isMine) return kept;
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
    kept?.row.remove();
    this.#rows.set(author_id, { row, parts, name, isMine });
    return this.#rows.get(author_id);
  }

  #drop(id) {
    this.#rows.get(id).row.remove();
    this.#rows.delete(id);
  }

  #sift() {
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
