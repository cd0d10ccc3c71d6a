/**
 * The part of the room's log that this tab holds: always the latest messages and, while the reader
 * is elsewhere, those around them; a few hundred in all. Pure. A change may be applied twice but
 * none is missed: a change after a gap is refused, and the caller resumes from the cursor.
 */
import { MessageRange, Sweeps } from "./message_range.js";

const PAGE = 50; // messages
const LARGEST_PAGE = 100; // messages; see docs/protocol.md
const MAX_SHOWN = 300; // messages; beyond that they are trimmed
const KEPT = 250; // messages left around the reader, so that pages come and go out of sight
const LATEST = 100; // of the latest messages kept while the reader is elsewhere
const MAX_CHANGES = 500; // remembered, for pages that were read before a change was made

export class Timeline {
  #epoch = null;
  #latest = null; // the range that ends at the head
  #reading = null; // the range that is shown, if that is not the latest
  #step = PAGE; // seqs that the next page down covers; not every seq is a message
  #changed = new Map(); // by seq: the latest version of messages that changed
  #sweeps = new Sweeps();
  #outdated = new Set(); // seqs of removed messages that may have been restored

  get epoch() {
    return this.#epoch;
  }

  /** {epoch, seq} to resume from, or null to start with the latest messages. */
  get cursor() {
    return this.#latest && { epoch: this.#epoch, seq: this.#latest.end };
  }

  get ready() {
    return this.#latest !== null;
  }

  /** Does the shown range end before the latest messages? */
  get isAway() {
    return this.#reading !== null;
  }

  /** The messages that are shown. */
  get messages() {
    return this.#shown?.messages ?? [];
  }

  /** The shown range contains every message in (start, end]. */
  get start() {
    return this.#shown?.start ?? null;
  }

  get end() {
    return this.#shown?.end ?? null;
  }

  get hasOlder() {
    return this.start > 0;
  }

  /** The fields of the `history.fetch` for the page above, or null. */
  get older() {
    return this.hasOlder ? { before: this.start + 1, limit: PAGE } : null;
  }

  /** The same for the page below, with `after`. */
  get newer() {
    if (!this.#reading) return null;
    const after = this.#reading.end;
    return {
      after,
      before: this.#before(after + this.#step),
      limit: Math.min(this.#step, LARGEST_PAGE),
    };
  }

  /** The same for a page around `seq`, with `following` seqs after it. */
  around(seq, { following }) {
    return { before: this.#before(seq + following), limit: PAGE };
  }

  /** This message, if it is among the latest ones; or null. */
  posted({ author_id, client_message_id }) {
    return (
      this.#latest?.messages.find(
        (message) =>
          message.client_message_id === client_message_id && message.author_id === author_id,
      ) ?? null
    );
  }

  /** The message at `seq`, if it is shown or among the latest ones; or null. */
  find(seq) {
    const ranges = [this.#reading, this.#latest].filter((range) => range !== null);
    for (const { messages } of ranges) {
      const found = messages.find((message) => message.seq === seq);
      if (found) return found;
    }
    return null;
  }

  /** The latest known version of a message that was read from the server. */
  newest(message) {
    const known = this.#changed.get(message.seq);
    const newest = known?.changed_seq > message.changed_seq ? known : message;
    return this.#sweeps.applyTo(newest);
  }

  /** The seqs of messages whose text must be read again, because they may have been restored. */
  get outdated() {
    return this.#outdated;
  }

  /** May this message, which was removed, have been restored? */
  isOutdated(message) {
    return this.#sweeps.restores(message);
  }

  /** Take the messages as they were read again; `seqs` are those that were asked for. */
  refresh(messages, seqs) {
    for (const seq of seqs) this.#outdated.delete(seq);
    const latest = messages.map((message) => this.newest(message));
    this.#latest = this.#latest?.with(latest) ?? null;
    this.#reading = this.#reading?.with(latest) ?? null;
  }

  /** The latest messages as JSON data, for `restore`. */
  get snapshot() {
    const { start, end, messages } = this.#latestOf(LATEST);
    return { epoch: this.#epoch, start, end, messages };
  }

  restore({ epoch, ...latest }) {
    this.#epoch = epoch;
    this.#latest = new MessageRange(latest);
  }

  /** Handle a `welcome`; true if messages were dropped because of a gap or another log. */
  welcome({ epoch, reset }) {
    const anew = reset || epoch !== this.#epoch;
    const discarded = anew && this.messages.length > 0;
    if (anew) {
      this.#latest = null;
      this.#reading = null;
      this.#changed.clear();
      this.#sweeps.clear();
      this.#outdated.clear();
    }
    this.#epoch = epoch;
    return discarded;
  }

  /** Apply a `room.changed`; returns the new or changed messages, or null if there is a gap. */
  apply({ after, head, messages, sweeps = [] }) {
    this.#latest ??= new MessageRange({ start: after, end: after });
    const { end } = this.#latest;
    if (after > end) return null;

    const fresh = messages.filter(({ changed_seq }) => changed_seq > end);
    this.#latest = this.#latest.with(fresh, Math.max(end, head));
    this.#reading = this.#reading?.with(fresh) ?? null;
    this.#remember(fresh);
    this.#sweep(sweeps.filter(({ seq }) => seq > end));
    return fresh
      .filter(({ seq }) => seq > this.#latest.start)
      .map((message) => this.#sweeps.applyTo(message));
  }

  #sweep(sweeps) {
    if (sweeps.length === 0) return;
    this.#sweeps.add(sweeps);
    const swept = (message) => this.#sweeps.applyTo(message);
    this.#latest = this.#latest.map(swept);
    this.#reading = this.#reading?.map(swept) ?? null;
    for (const [seq, message] of this.#changed) this.#changed.set(seq, swept(message));
    this.#findOutdated(this.#latest);
    if (this.#reading) this.#findOutdated(this.#reading);
  }

  #findOutdated({ messages }) {
    for (const message of messages) if (this.isOutdated(message)) this.#outdated.add(message.seq);
  }

  /** Add the answer to `older`. */
  prepend(page, { before }) {
    if (!this.#shown || before !== this.start + 1) return; // the answer to an outdated question
    this.#shown = this.#read(page, before).joined(this.#shown);
  }

  /** Add the answer to `newer`. */
  append(page, { after, before }) {
    if (this.#reading?.end !== after) return; // the answer to an outdated question
    const next = this.#read(page, before);
    if (next.start > after) {
      this.#step = Math.max(1, this.#step >> 1); // the page was cut short and leaves a gap
      return;
    }
    const grown = this.#reading.with(next.messages, next.end);
    const sparse = grown.messages.length - this.#reading.messages.length < PAGE / 2;
    this.#step = sparse ? 2 * this.#step : PAGE;
    this.#reading = grown;
    this.#joinLatest();
  }

  /** Show the answer to `around`. */
  visit(page, { before }) {
    this.#reading = this.#read(page, before);
    this.#step = PAGE;
    this.#joinLatest();
  }

  /** Show the latest messages. */
  showLatest() {
    this.#reading = null;
  }

  /** Drop what is far from the message at `seq`, or from the end if `seq` is null. */
  trim(seq) {
    if (this.#reading && this.#latest.messages.length > 2 * LATEST)
      this.#latest = this.#latestOf(LATEST);
    const shown = this.#shown;
    const count = shown?.messages.length ?? 0;
    if (count <= MAX_SHOWN) return;

    const above =
      seq === null ? count : shown.messages.filter((message) => message.seq < seq).length;
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

  /** Never beyond the head: newer messages may be posted while the page is on its way. */
  #before(seq) {
    return Math.min(seq, this.#latest.end) + 1;
  }

  /** A page may be older than a change that arrived before it: keep the later versions. */
  #read({ messages, more }, before) {
    const latest = messages.map((message) => this.newest(message));
    const page = MessageRange.of({ messages: latest, more }, before);
    this.#findOutdated(page);
    return page;
  }

  /** Join the shown range with the latest messages once they meet. */
  #joinLatest() {
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
      this.#changed.delete(message.seq); // reinsert: the last changed one comes last
      this.#changed.set(message.seq, message);
    }
    for (const seq of this.#changed.keys()) {
      if (this.#changed.size <= MAX_CHANGES) return;
      this.#changed.delete(seq);
    }
  }
}
