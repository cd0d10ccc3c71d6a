/** Who is here: the list in the panel, and the count wherever it is shown. */
import { hueOf, initialOf, markOf } from "./author.js";
import { interpolate, ngettext, number } from "./i18n.js";
import { fromTemplate, partsOf } from "./templates.js";

export class People extends EventTarget {
  #list;
  #more;
  #counts;
  #isMine;
  #present = [];

  constructor({ list, more, counts, isMine }) {
    super();
    this.#list = list;
    this.#more = more;
    this.#counts = counts;
    this.#isMine = isMine;
  }

  /** Those who are here by name: {author_id, name}. */
  get present() {
    return this.#present;
  }

  draw({ people, count }) {
    this.#present = people;
    const sorted = [...people].sort((a, b) => this.#isMine(b) - this.#isMine(a) || a.name.localeCompare(b.name));
    this.#list.replaceChildren(...sorted.map((person) => this.#row(person)));
    this.#more.hidden = count <= people.length;
    this.#more.textContent = more(count - people.length);
    for (const element of this.#counts) element.textContent = number(count);
  }

  #row({ author_id, name }) {
    const row = fromTemplate("person");
    const parts = partsOf(row);
    row.style.setProperty("--author-hue", hueOf(author_id));
    parts.avatar.textContent = initialOf(name);
    parts.name.textContent = name;
    parts.mark.textContent = markOf(author_id);
    parts.you.hidden = !this.#isMine({ author_id });
    return row;
  }
}

function more(count) {
  return interpolate(ngettext("and %(count)s more", "and %(count)s more", count), { count });
}
