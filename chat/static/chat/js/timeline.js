/**
 * The room's messages in order, as far as this tab has seen them: everything in (start, head]. Pure.
 * A change may be seen twice, but none is missed: one that does not follow on is refused, and the caller resumes from the cursor.
 */
export class Timeline {
  #epoch = null;
  #start = null; // messages after this seq are here; older ones may exist while it is above 0
  #head = null;
  #messages = new Map(); // by seq; also later versions of messages older than start, see #keep
  #ordered = [];
  #said = new Set(); // "author_id client_message_id" of every message seen

  /** Where to resume, or null to begin with the latest messages. */
  get cursor() {
    return this.#head === null ? null : { epoch: this.#epoch, seq: this.#head };
  }

  get messages() {
    return this.#ordered;
  }

  get ready() {
    return this.#head !== null;
  }

  get hasOlder() {
    return this.#start > 0;
  }

  has({ author_id, client_message_id }) {
    return this.#said.has(`${author_id} ${client_message_id}`);
  }

  /** Every message after this seq is here. */
  get start() {
    return this.#start;
  }

  /** For `history.fetch`: everything before this seq is missing here. */
  get before() {
    return this.#start + 1;
  }

  /** Read a `welcome`; true if messages were thrown away because they do not belong to this log. */
  welcome({ epoch, reset }) {
    const discarded = (reset || epoch !== this.#epoch) && this.#ordered.length > 0;
    if (reset || epoch !== this.#epoch) this.#clear();
    this.#epoch = epoch;
    return discarded;
  }

  /** Apply a `room.changed`; returns the messages that are new or changed here, or null if it does not follow on. */
  apply({ after, head, messages }) {
    if (this.#head === null) {
      this.#start = after;
      this.#head = after;
    }
    if (after > this.#head) return null;

    const fresh = messages.filter((message) => message.changed_seq > this.#head);
    this.#head = Math.max(this.#head, head);
    this.#keep(fresh);
    return fresh.filter((message) => message.seq > this.#start);
  }

  /** Put a page of history, read with `before`, in front. */
  prepend({ messages, more }, before) {
    if (before !== this.before) return; // asked before a reset
    this.#start = more && messages.length > 0 ? messages[0].seq - 1 : 0;
    this.#keep(messages);
  }

  /** Let go of all but the latest `most`, once there are twice as many: a page may stay open for weeks. */
  trim(most) {
    if (this.#ordered.length <= 2 * most) return;
    const gone = this.#ordered.splice(0, this.#ordered.length - most);
    for (const { seq, author_id, client_message_id } of gone) {
      this.#messages.delete(seq);
      this.#said.delete(`${author_id} ${client_message_id}`);
    }
    this.#start = this.#ordered[0].seq - 1;
  }

  /** A page of history may have been read before a change that reached us earlier: the later version stays. */
  #keep(messages) {
    for (const message of messages) {
      this.#said.add(`${message.author_id} ${message.client_message_id}`);
      const known = this.#messages.get(message.seq);
      if (!known || known.changed_seq <= message.changed_seq) this.#messages.set(message.seq, message);
    }
    this.#ordered = [...this.#messages.values()].filter(({ seq }) => seq > this.#start).sort((a, b) => a.seq - b.seq);
  }

  #clear() {
    this.#start = null;
    this.#head = null;
    this.#messages.clear();
    this.#said.clear();
    this.#ordered = [];
  }
}
