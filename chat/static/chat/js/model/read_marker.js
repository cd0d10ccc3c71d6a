/**
 * The saved position {epoch, seq, at}: read up to `seq`, at the time `at`. Null if there is none.
 */
export function savedPosition(storage, key) {
  try {
    const { epoch, seq, at } = JSON.parse(storage.get(key)) ?? {};
    return typeof epoch === "string" && Number.isSafeInteger(seq) && Number.isSafeInteger(at)
      ? { epoch, seq, at }
      : null;
  } catch {
    return null;
  }
}

/**
 * How far the reader has read, saved per room and log, and after which message everything is new to
 * them (the "New" line). Pure.
 */
export class ReadMarker {
  #storage;
  #key;
  #epoch = null;
  #read = null; // everything up to this seq has been seen
  #after = null; // new messages start after this seq; null if there are none
  #since = null; // when the reader had read up to there, in ms
  #isSeen = false; // the reader has seen where the new messages start
  #paused = false; // the reader left, and has not read to the end since

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Messages after the last visit to this log are new. */
  welcome({ epoch }) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const saved = this.#saved();
    this.#begin(saved?.seq ?? null, saved?.at);
    this.#read = this.#after;
  }

  /**
   * The reader sees the end of the page, which shows everything from `start` to the cursor. `line`
   * is the side of the "New" line, if there is one; `isCurrent` says whether the server has nothing
   * more.
   */
  advance({ epoch, seq }, { start, line, isCurrent }) {
    this.#paused = false;
    if (epoch !== this.#epoch) return;
    const isNew = line || this.#after < start;
    if (isCurrent && !isNew) this.#begin(null, null); // up to date: the next message is not "new"
    if (this.#read !== null && seq <= this.#read) return;
    this.#read = seq;
    if (seq > (this.#saved()?.seq ?? -1))
      this.#storage.set(this.#key, JSON.stringify({ epoch, seq, at: Date.now() }));
  }

  /** Nobody is looking since then (ms): messages that arrive are new. */
  pause(since = Date.now()) {
    if (!this.#paused) this.#begin(this.#read, this.#read === this.#after ? this.#since : since);
    this.#paused = true;
  }

  /** Someone who answers has read everything. */
  markAllRead() {
    this.#begin(null, null);
  }

  /**
   * {after, since} of new messages that start `above` the visible part or before `start`, the start
   * of the page; null otherwise.
   */
  unseen({ start, above = false }) {
    if (this.#after === null || this.#isSeen || !(above || this.#after < start)) return null;
    return { after: this.#after, since: this.#since };
  }

  /** The reader sees where the new messages start, or jumped there. */
  markSeen() {
    this.#isSeen = true;
  }

  /**
   * The first new message among `items`, which start after `start`; undefined if there is none.
   * `isIgnored(item)`: is it one's own, or of somebody who is hidden?
   */
  firstNew(items, { start, isIgnored }) {
    if (this.#after === null || this.#after < start) return undefined;
    return items.find((item) => item.seq > this.#after && !isIgnored(item));
  }

  #begin(after, since) {
    this.#after = after;
    this.#since = since;
    this.#isSeen = false;
  }

  #saved() {
    const saved = savedPosition(this.#storage, this.#key);
    return saved?.epoch === this.#epoch ? saved : null;
  }
}
