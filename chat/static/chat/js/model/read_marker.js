/** How far somebody has read who may be elsewhere now, and when: {epoch, seq, at}, or null. */
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

/** How far the reader has read, kept in this browser per room and log, and the message from which everything is new to them. Pure. */
export class ReadMarker {
  #storage;
  #key;
  #epoch = null;
  #read = null; // they have seen everything up to this seq, here and now
  #after = null; // what is new begins after this seq
  #since = null; // when they had read up to there, in ms
  #isSeen = false; // they have seen where it begins
  #paused = false; // they have looked away, and not yet read to the end again

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** What came after an earlier visit to this log is new; another log has no earlier visit. */
  welcome({ epoch }) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const saved = this.#saved();
    this.#begin(saved?.seq ?? null, saved?.at);
    this.#read = this.#after;
  }

  /**
   * The page shows everything from `start` to the cursor, and someone looks at its end. Is there a `line` above what is new, and does
   * the server have nothing more to tell (`isCurrent`)?
   */
  advance({ epoch, seq }, { start, line, isCurrent }) {
    this.#paused = false;
    if (epoch !== this.#epoch) return;
    const isNew = line || this.#after < start;
    if (isCurrent && !isNew) this.#begin(null, null); // they are up to date, and here: what comes now is not new since a visit
    if (this.#read !== null && seq <= this.#read) return;
    this.#read = seq;
    if (seq > (this.#saved()?.seq ?? -1))
      this.#storage.set(this.#key, JSON.stringify({ epoch, seq, at: Date.now() }));
  }

  /** Nobody looks from now on, or has looked since then (ms): what comes is new. */
  pause(since = Date.now()) {
    if (!this.#paused) this.#begin(this.#read, this.#read === this.#after ? this.#since : since);
    this.#paused = true;
  }

  /** Who answers has read what was new. */
  markAllRead() {
    this.#begin(null, null);
  }

  /** What is new where it begins `above` what they see, or before `start`, the first message on the page: {after, since}, or null. */
  unseen({ start, above = false }) {
    if (this.#after === null || this.#isSeen || !(above || this.#after < start)) return null;
    return { after: this.#after, since: this.#since };
  }

  /** They see where what is new begins, or have been led there. */
  markSeen() {
    this.#isSeen = true;
  }

  /** The first of `items`, all the messages after `start`, that is new to the reader; undefined if that is none or lies before. */
  firstNew(items, { start, isMine }) {
    if (this.#after === null || this.#after < start) return undefined;
    return items.find((item) => item.seq > this.#after && !isMine(item));
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
