/**
 * The room's messages, as far as this tab holds them: always the latest, and while the reader is elsewhere those around them; some
 * hundreds in all, however long one reads. Pure. A change may be seen twice, but none is missed: one that does not follow on is
 * refused, and the caller resumes from the cursor.
 */
import { MessageRange } from "./message_range.js";

const PAGE = 50; // messages
const LARGEST_PAGE = 100; // messages; see docs/protocol.md
const MOST = 300; // messages shown; more of them are cut down to
const KEPT = 250; // around the reader, so that a page can come and go at either end out of their sight
const LATEST = 100; // messages kept of the log's end for someone who reads elsewhere
const MOST_CHANGED = 500; // changes remembered, in case a page was read before they were made

export class Timeline {
  #epoch = null;
  #latest = null; // the range that ends at the head
  #reading = null; // the range that is shown, when that is not the latest
  #step = PAGE; // how far down the next page reaches, in seqs: many of them may be no messages
  #changed = new Map(); // by seq, the latest version of what was changed while we looked

  /** Where to resume, or null to begin with the latest messages. */
  get cursor() {
    return this.#latest && { epoch: this.#epoch, seq: this.#latest.end };
  }

  get ready() {
    return this.#latest !== null;
  }

  /** Is something shown that is not connected with the latest messages? */
  get isAway() {
    return this.#reading !== null;
  }

  /** What is shown. */
  get messages() {
    return this.#shown?.messages ?? [];
  }

  /** Every message in (start, end] is shown. */
  get start() {
    return this.#shown?.start ?? null;
  }

  get end() {
    return this.#shown?.end ?? null;
  }

  get hasOlder() {
    return this.start > 0;
  }

  /** What to ask of `history.fetch` on the way up, or null. */
  get older() {
    return this.hasOlder ? { before: this.start + 1, limit: PAGE } : null;
  }

  /** The same on the way down. */
  get newer() {
    if (!this.#reading) return null;
    const after = this.#reading.end;
    return {
      after,
      before: this.#before(after + this.#step),
      limit: Math.min(this.#step, LARGEST_PAGE),
    };
  }

  /** The same for a place in the log: what follows `seq`, and more of what comes before it. */
  around(seq, { following }) {
    return { before: this.#before(seq + following), limit: PAGE };
  }

  /** Has this been said lately? */
  has({ author_id, client_message_id }) {
    return (
      this.#latest?.messages.some(
        (message) =>
          message.client_message_id === client_message_id && message.author_id === author_id,
      ) ?? false
    );
  }

  /** The latest messages, in a shape that survives JSON; `restore` makes them a timeline again. */
  get snapshot() {
    const { start, end, messages } = this.#latestOf(LATEST);
    return { epoch: this.#epoch, start, end, messages };
  }

  restore({ epoch, ...latest }) {
    this.#epoch = epoch;
    this.#latest = new MessageRange(latest);
  }

  /** Read a `welcome`; true if messages were thrown away because they do not follow on. */
  welcome({ epoch, reset }) {
    const anew = reset || epoch !== this.#epoch;
    const discarded = anew && this.messages.length > 0;
    if (anew) {
      this.#latest = null;
      this.#reading = null;
      this.#changed.clear();
    }
    this.#epoch = epoch;
    return discarded;
  }

  /** Apply a `room.changed`; returns the messages that are new or changed here, or null if it does not follow on. */
  apply({ after, head, messages }) {
    this.#latest ??= new MessageRange({ start: after, end: after });
    if (after > this.#latest.end) return null;

    const fresh = messages.filter(({ changed_seq }) => changed_seq > this.#latest.end);
    this.#latest = this.#latest.with(fresh, Math.max(this.#latest.end, head));
    this.#reading = this.#reading?.with(fresh) ?? null;
    this.#remember(fresh);
    return fresh.filter(({ seq }) => seq > this.#latest.start);
  }

  /** Put the answer to `older` in front. */
  prepend(page, { before }) {
    if (!this.#shown || before !== this.start + 1) return; // asked somewhere else
    this.#shown = this.#read(page, before).joined(this.#shown);
  }

  /** Put the answer to `newer` behind. */
  append(page, { after, before }) {
    if (this.#reading?.end !== after) return; // asked somewhere else
    const next = this.#read(page, before);
    if (next.start > after) {
      this.#step = Math.max(1, this.#step >> 1); // more messages, or longer ones, than fit a page: it does not reach back to us
      return;
    }
    const grown = this.#reading.with(next.messages, next.end);
    const sparse = grown.messages.length - this.#reading.messages.length < PAGE / 2;
    this.#step = sparse ? 2 * this.#step : PAGE;
    this.#reading = grown;
    this.#meet();
  }

  /** Show the answer to `around`. */
  visit(page, { before }) {
    this.#reading = this.#read(page, before);
    this.#step = PAGE;
    this.#meet();
  }

  /** Show the latest messages. */
  leave() {
    this.#reading = null;
  }

  /** Let go of what is far from the message at `place`; null is the end. */
  trim(place) {
    if (this.#reading && this.#latest.messages.length > 2 * LATEST)
      this.#latest = this.#latestOf(LATEST);
    const shown = this.#shown;
    const count = shown?.messages.length ?? 0;
    if (count <= MOST) return;

    const above = place === null ? count : shown.messages.filter(({ seq }) => seq < place).length;
    const from = Math.min(Math.max(0, above - KEPT / 2), count - KEPT);
    const kept = shown.slice(from, from + KEPT);
    if (this.#reading || kept.end === shown.end) {
      this.#shown = kept;
    } else {
      this.#reading = kept;
      this.#step = PAGE;
      this.#latest = this.#latestOf(LATEST);
    }
  }

  get #shown() {
    return this.#reading ?? this.#latest;
  }

  set #shown(range) {
    if (this.#reading) this.#reading = range;
    else this.#latest = range;
  }

  /** Never beyond the head: what comes after it may be said while the page is under way. */
  #before(seq) {
    return Math.min(seq, this.#latest.end) + 1;
  }

  /** A page may have been read before a change that reached us earlier: the later version stays. */
  #read({ messages, more }, before) {
    const latest = messages.map((message) => {
      const known = this.#changed.get(message.seq);
      return known?.changed_seq > message.changed_seq ? known : message;
    });
    return MessageRange.of({ messages: latest, more }, before);
  }

  /** What has reached the latest messages becomes one with them. */
  #meet() {
    if (this.#reading.end < this.#latest.start) return;
    if (this.#reading.start < this.#latest.start) this.#latest = this.#reading.joined(this.#latest);
    this.#reading = null;
  }

  #latestOf(count) {
    const { length } = this.#latest.messages;
    return this.#latest.slice(Math.max(0, length - count), length);
  }

  #remember(messages) {
    for (const message of messages) {
      if (message.changed_seq === message.seq) continue;
      this.#changed.delete(message.seq); // the last to change stand last
      this.#changed.set(message.seq, message);
    }
    for (const seq of this.#changed.keys()) {
      if (this.#changed.size <= MOST_CHANGED) return;
      this.#changed.delete(seq);
    }
  }
}
