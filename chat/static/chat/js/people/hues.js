/**
 * The colour of each author: 12 hues in 2 tones. Everybody has one by their id, the same in every browser; where two people who are here
 * or on the page would have the same, whoever was met later gets another. Kept in this browser per room. Pure, but for `dress`.
 */
const HUES = 12;
const LOOKS = 2 * HUES;
const STEP = 7; // looks to the next try: far in hue, and coprime to LOOKS, so that every look is tried
const MOST = 200; // authors kept

/** 0 to 23, as look_of in chat/views/author_look.py. FNV-1a: ids that differ little get looks that differ much. */
export function lookOf(authorId) {
  let hash = 0x811c9dc5;
  for (const character of String(authorId))
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return (hash >>> 8) % LOOKS;
}

export class Hues {
  #storage;
  #key;
  #looks; // by author id, those met longest ago first
  #present = [];
  #authors = [];

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
    this.#looks = new Map(kept(storage.get(key)));
  }

  /** Who is here, and who wrote what is on the page: ids in the order in which they came. */
  meet({ present = this.#present, authors = this.#authors }) {
    this.#present = present;
    this.#authors = authors;
    const all = [...new Set([...present, ...authors])];
    const known = all.filter((id) => this.#looks.has(id));
    const taken = new Set();
    let changed = false;
    for (const id of [...known, ...all.filter((id) => !this.#looks.has(id))]) {
      const look = free(this.of(id), taken);
      taken.add(look);
      changed ||= this.#looks.get(id) !== look;
      this.#looks.set(id, look);
    }
    if (changed) this.#keep(all);
  }

  /** As `lookOf`. */
  of(authorId) {
    return this.#looks.get(authorId) ?? lookOf(authorId);
  }

  /** Draw `element` in the author's colour. */
  dress(element, authorId) {
    const look = this.of(authorId);
    if (
      element.dataset.hue === `${look % HUES}` &&
      element.dataset.tone === `${Math.floor(look / HUES)}`
    )
      return;
    element.dataset.hue = look % HUES;
    element.dataset.tone = Math.floor(look / HUES);
  }

  #keep(all) {
    const met = new Set(all);
    const others = [...this.#looks].filter(([id]) => !met.has(id));
    this.#looks = new Map([...others, ...all.map((id) => [id, this.#looks.get(id)])].slice(-MOST));
    this.#storage.set(this.#key, JSON.stringify([...this.#looks]));
  }
}

/** `look`, or the next one that nobody has; if there is none, two have the same. */
function free(look, taken) {
  for (let tried = 0; tried < LOOKS; tried += 1) {
    const next = (look + tried * STEP) % LOOKS;
    if (!taken.has(next)) return next;
  }
  return look;
}

function kept(json) {
  try {
    return JSON.parse(json).filter(
      ([id, look]) => typeof id === "string" && Number.isInteger(look) && look >= 0 && look < LOOKS,
    );
  } catch {
    return [];
  }
}
