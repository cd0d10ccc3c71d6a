/** How far somebody has read who may be elsewhere now, and when: {epoch, seq, at}, or null. */
export function keptPlace(storage, key) {
  try {
    const { epoch, seq, at } = JSON.parse(storage.get(key)) ?? {};
    return typeof epoch === "string" && Number.isSafeInteger(seq) && Number.isSafeInteger(at) ? { epoch, seq, at } : null;
  } catch {
    return null;
  }
}

/** How far the reader has read, kept in this browser per room and log, and the message from which everything is new to them. Pure. */
export class ReadingPlace {
  #storage;
  #key;
  #epoch = null;
  #read = null; // they have seen everything up to this seq, here and now
  #after = null; // what is new begins after this seq
  #since = null; // when they had read up to there, in ms
  #met = false; // they have seen where it begins
  #away = false; // they have looked away, and not yet read to the end again

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** What came after an earlier visit to this log is new; another log has no earlier visit. */
  welcome({ epoch }) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const kept = this.#kept();
    this.#begin(kept?.seq ?? null, kept?.at);
    this.#read = this.#after;
  }

  /**
   * The page shows everything from `start` to the cursor, and someone looks at its end. Is there a `line` above what is new, and does
   * the server have nothing more to tell (`isCurrent`)?
   */
  reads({ epoch, seq }, { start, line, isCurrent }) {
    this.#away = false;
    if (epoch !== this.#epoch) return;
    const isNew = line || this.#after < start;
    if (isCurrent && !isNew) this.#begin(null, null); // they are up to date, and here: what comes now is not new since a visit
    if (this.#read !== null && seq <= this.#read) return;
    this.#read = seq;
    if (seq > (this.#kept()?.seq ?? -1)) this.#storage.set(this.#key, JSON.stringify({ epoch, seq, at: Date.now() }));
  }

  /** Nobody looks from now on, or has looked since then (ms): what comes is new. */
  looksAway(since = Date.now()) {
    if (!this.#away) this.#begin(this.#read, this.#read === this.#after ? this.#since : since);
    this.#away = true;
  }

  /** Who answers has read what was new. */
  answers() {
    this.#begin(null, null);
  }

  /** What is new where it begins `above` what they see, or before `start`, the first message on the page: {after, since}, or null. */
  unseen({ start, above = false }) {
    if (this.#after === null || this.#met || !(above || this.#after < start)) return null;
    return { after: this.#after, since: this.#since };
  }

  /** They see where what is new begins, or have been led there. */
  meets() {
    this.#met = true;
  }

  /** The first of `items`, all the messages after `start`, that is new to the reader; undefined if that is none or lies before. */
  firstNew(items, { start, isMine }) {
    if (this.#after === null || this.#after < start) return undefined;
    return items.find((item) => item.seq > this.#after && !isMine(item));
  }

  #begin(after, since) {
    this.#after = after;
    this.#since = since;
    this.#met = false;
  }

  #kept() {
    const place = keptPlace(this.#storage, this.#key);
    return place?.epoch === this.#epoch ? place : null;
  }
}
