/** A part of the log without a hole: every message in (start, end], in order. Pure. */
export class MessageRange {
  #start;
  #end;
  #messages;

  constructor({ start, end, messages = [] }) {
    this.#start = start;
    this.#end = end;
    this.#messages = messages;
  }

  /** What a `history.fetch` with `before` answers. */
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

  /** With those of `messages` that belong here: said after the end, which moves to `end`, or later versions of what is here. */
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

  /** Followed by `next`, which begins no earlier than this, and no later than this ends. */
  joined(next) {
    const before = this.#messages.filter(({ seq }) => seq <= next.start);
    return new MessageRange({
      start: this.#start,
      end: next.end,
      messages: [...before, ...next.messages],
    });
  }

  /** Its messages from the index `from` up to, not including, `to`. */
  slice(from, to) {
    const messages = this.#messages.slice(from, to);
    const start = from > 0 ? this.#messages[from - 1].seq : this.#start;
    const end = to < this.#messages.length ? messages.at(-1).seq : this.#end;
    return new MessageRange({ start, end, messages });
  }
}
