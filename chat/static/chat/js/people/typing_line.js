/** Who is typing, in a few words, until the server says that they do no more, or the connection is lost. */
import { gettext, interpolate, isolate, ngettext } from "../i18n.js";

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
