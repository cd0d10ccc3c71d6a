/** What this browser chose: the latest emoji, and a skin tone. Pure. */

/** What most reactions are. */
export const USUAL = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

const MOST_RECENT = 24;
const MOST_EXTRA = 2;

export class EmojiChoices {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** The latest emoji first. */
  get recent() {
    return this.#stored().recent;
  }

  /** The two latest emoji, or as many of the usual ones. */
  get favourites() {
    return [...new Set([...this.recent, ...USUAL])].slice(0, MOST_EXTRA);
  }

  /** The usual six, and the two latest others. */
  get quick() {
    const others = this.recent.filter((emoji) => !USUAL.includes(emoji));
    return [...USUAL, ...others.slice(0, MOST_EXTRA)];
  }

  /** A skin tone, or "". */
  get tone() {
    return this.#stored().tone;
  }

  set tone(tone) {
    this.#store({ tone });
  }

  add(emoji) {
    const others = this.recent.filter((other) => other !== emoji);
    this.#store({ recent: [emoji, ...others].slice(0, MOST_RECENT) });
  }

  #stored() {
    let stored = null;
    try {
      stored = JSON.parse(this.#storage.get(this.#key));
    } catch {
      // Something else wrote it.
    }
    return {
      recent: Array.isArray(stored?.recent) ? stored.recent.filter(isText) : [],
      tone: isText(stored?.tone) ? stored.tone : "",
    };
  }

  #store(changes) {
    this.#storage.set(this.#key, JSON.stringify({ ...this.#stored(), ...changes }));
  }
}

function isText(value) {
  return typeof value === "string";
}
