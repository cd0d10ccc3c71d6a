/** A part of the log away from its end: everything in (start, end]. Grows both ways until it meets the timeline. Pure. */

const STEP = 50; // messages

export class Excerpt {
  #start;
  #end;
  #messages;
  #step = STEP;

  /** `page` answers a `history.fetch` with `before`. */
  constructor({ messages, more }, before) {
    this.#messages = messages;
    this.#start = startOf({ messages, more });
    this.#end = before - 1;
  }

  get ready() {
    return true;
  }

  get messages() {
    return this.#messages;
  }

  get start() {
    return this.#start;
  }

  get end() {
    return this.#end;
  }

  get hasOlder() {
    return this.#start > 0;
  }

  get before() {
    return this.#start + 1;
  }

  /** For a `history.fetch` that brings what follows: every seq has at most one message, so this many always fit. */
  get next() {
    return { before: this.#end + 1 + this.#step, limit: this.#step };
  }

  prepend(page, before) {
    if (before !== this.before) return;
    this.#start = startOf(page);
    this.#messages = [...page.messages, ...this.#messages];
  }

  /** A page of very long messages may be cut short and not reach back to us: ask for less. */
  append(page, before) {
    if (startOf(page) > this.#end) {
      this.#step = Math.max(1, this.#step >> 1);
      return;
    }
    this.#messages = [...this.#messages, ...page.messages.filter(({ seq }) => seq > this.#end)];
    this.#end = Math.max(this.#end, before - 1);
  }
}

function startOf({ messages, more }) {
  return more && messages.length > 0 ? messages[0].seq - 1 : 0;
}
