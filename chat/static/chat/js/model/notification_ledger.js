/**
 * How far somebody was told of a room's messages, by whichever of this browser's tabs, and how many they have not looked at since.
 * Shared through storage, so that many tabs tell once. Pure.
 */
export class NotificationLedger {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Those of `messages` that nobody was told of; from now on somebody was. With them the number not looked at. */
  take(messages, epoch) {
    const { seq, count } = this.#kept(epoch);
    const fresh = messages.filter((message) => message.seq > seq);
    if (fresh.length > 0) this.#keep({ epoch, seq: fresh.at(-1).seq, count: count + fresh.length });
    return { fresh, count: count + fresh.length };
  }

  /** Somebody looks, at everything up to `seq`. */
  markRead({ epoch, seq }) {
    const kept = this.#kept(epoch);
    if (kept.seq < seq || kept.count > 0)
      this.#keep({ epoch, seq: Math.max(kept.seq, seq), count: 0 });
  }

  /** Is this `storage` event another tab's word that somebody looked? */
  isReadElsewhere({ key, newValue }) {
    return key === this.#key && read(newValue).count === 0;
  }

  #kept(epoch) {
    const kept = read(this.#storage.get(this.#key));
    return kept.epoch === epoch ? kept : { seq: 0, count: 0 };
  }

  #keep(record) {
    this.#storage.set(this.#key, JSON.stringify(record));
  }
}

function read(json) {
  try {
    const { epoch, seq, count } = JSON.parse(json);
    if (Number.isSafeInteger(seq) && Number.isSafeInteger(count)) return { epoch, seq, count };
  } catch {
    // Nobody has written it yet, or not we.
  }
  return { epoch: null, seq: 0, count: 0 };
}
