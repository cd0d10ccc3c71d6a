/** Who is typing, in a few words. */

const STALE = 8_000; // ms; the server says so sooner, unless it cannot

export class TypingLine {
  #element;
  #label;
  #isMine;
  #timer = 0;

  constructor({ element, label, isMine }) {
    this.#element = element;
    this.#label = label;
    this.#isMine = isMine;
  }

  draw(people) {
    const names = people.filter((person) => !this.#isMine(person)).map(({ name }) => name);
    clearTimeout(this.#timer);
    if (names.length > 0) this.#timer = setTimeout(() => this.draw([]), STALE);
    this.#element.toggleAttribute("data-shown", names.length > 0);
    this.#label.textContent = sentence(names);
  }
}

function sentence(names) {
  const [first, second] = names.map(isolate);
  if (names.length === 0) return "";
  if (names.length === 1) return `${first} is typing`;
  if (names.length === 2) return `${first} and ${second} are typing`;
  return `${first} and ${names.length - 1} others are typing`;
}

/** A name written from right to left must not turn the rest of the sentence around. */
function isolate(name) {
  return `\u2068${name}\u2069`;
}
