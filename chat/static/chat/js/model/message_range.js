/** A part of the log without gaps: every message in (start, end], in order. Immutable, pure. */
export class MessageRange {
  #start;
  #end;
  #messages;

  constructor({ start, end, messages = [] }) {
    this.#start = start;
    this.#end = end;
    this.#messages = messages;
  }

  /** The range that the answer to a `history.fetch` with `before` covers. */
  static of({ messages, more }, before) {
    return new MessageRange({
      start: more && messages.length > 0 ? messages[0].seq - 1 : 0,
      end: before - 1,
      messages,
    });
  }

  get start() {
    return this.#start;
  }

  get end() {
    return this.#end;
  }

  get messages() {
    return this.#messages;
  }

  /** With the messages up to the new `end`, and with later versions of those that are here. */
  with(messages, end = this.#end) {
    const known = new Map(this.#messages.map((message) => [message.seq, message]));
    for (const message of messages) {
      const belongs = message.seq > this.#start && message.seq <= end;
      if (belongs && !(known.get(message.seq)?.changed_seq > message.changed_seq))
        known.set(message.seq, message);
    }
    return new MessageRange({
      start: this.#start,
      end,
      messages: [...known.values()].sort((a, b) => a.seq - b.seq),
    });
  }

  /** Joined with `next`, which starts within this range. */
  joined(next) {
    const before = this.#messages.filter(({ seq }) => seq <= next.start);
    return new MessageRange({
      start: this.#start,
      end: next.end,
      messages: [...before, ...next.messages],
    });
  }

  /** The messages from index `from` up to, but not including, `to`. */
  slice(from, to) {
    const messages = this.#messages.slice(from, to);
    const start = from > 0 ? this.#messages[from - 1].seq : this.#start;
    const end = to < this.#messages.length ? messages.at(-1).seq : this.#end;
    return new MessageRange({ start, end, messages });
  }
}
