/** How far the reader has read, kept in this browser per room and log, and the message from which everything is new to them. Pure. */
export class ReadingPlace {
  #storage;
  #key;
  #epoch = null;
  #read = null; // they have seen everything up to this seq, here and now
  #after = null; // what is new begins after this seq
  #away = false; // something came that nobody has looked at yet

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** What came after an earlier visit to this log is new; another log has no earlier visit. */
  welcome({ epoch }) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#after = this.#kept();
    this.#read = this.#after;
  }

  /** The page shows everything up to the cursor, and someone looks at it. */
  reads({ epoch, seq }) {
    this.#away = false;
    if (epoch !== this.#epoch || seq <= this.#read) return;
    this.#read = seq;
    if (seq > this.#kept()) this.#storage.set(this.#key, JSON.stringify({ epoch, seq }));
  }

  /** Something came while nobody looked: what is new begins there. */
  misses() {
    if (!this.#away) this.#after = this.#read;
    this.#away = true;
  }

  /** Who answers has read what was new. */
  answers() {
    this.#after = null;
  }

  /** The first of `items`, all the messages after `start`, that is new to the reader; undefined if that is none or lies before. */
  firstNew(items, { start, isMine }) {
    if (this.#after === null || this.#after < start) return undefined;
    return items.find((item) => item.seq > this.#after && !isMine(item));
  }

  #kept() {
    try {
      const { epoch, seq } = JSON.parse(this.#storage.get(this.#key)) ?? {};
      return epoch === this.#epoch && Number.isSafeInteger(seq) ? seq : null;
    } catch {
      return null;
    }
  }
}
