/** Parts of the log, and what was removed of them as one change. Pure. */

/** A part of the log without gaps: every message in (start, end], in order. Immutable. */
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

  /** With `change(message)` for each message; this range if that changes none. */
  map(change) {
    const messages = this.#messages.map(change);
    const isSame = messages.every((message, index) => message === this.#messages[index]);
    return isSame ? this : new MessageRange({ start: this.#start, end: this.#end, messages });
  }
}

const MAX_SWEEPS = 100; // remembered, for pages that were read before one

/**
 * The sweeps that the log had while it was followed: of those that cover a message, the latest
 * counts. The server sends each message as it stands, but it may have read it before a sweep.
 */
export class Sweeps {
  #latest = []; // the newest one first

  /** Add those of a `room.changed`, in their order. */
  add(sweeps) {
    this.#latest = [...sweeps.toReversed(), ...this.#latest].slice(0, MAX_SWEEPS);
  }

  clear() {
    this.#latest = [];
  }

  /** The message, without its text if it was removed. */
  applyTo(message) {
    const sweep = message.deleted_at ? null : this.#of(message);
    if (!sweep?.on) return message;
    const { reactions, ...rest } = message;
    return { ...rest, body: "", deleted_at: sweep.at, removed: true };
  }

  /** Is this a removed message that may have been restored? */
  restores(message) {
    const sweep = message.removed ? this.#of(message) : null;
    return sweep?.on === false;
  }

  /** What changed after a sweep is not part of it. */
  #of(message) {
    return this.#latest.find(
      (sweep) => covers(sweep, message) && !(message.changed_seq > sweep.seq),
    );
  }
}

/** Is the message one of those that the sweep removed or restored? */
export function covers({ author_id, first, last }, message) {
  return message.author_id === author_id && message.seq >= first && message.seq <= last;
}
