/**
 * Mentions: finding @names in a text, and the names to offer after an @. A name may contain spaces
 * and be of any script; case is compared as in the reader's language; of two names the longer one
 * is meant. Code and links mention nobody. Pure.
 */
import { parse, proseOf } from "../messages/formatting.js";

const MAX_MENTIONS = 50; // @ signs examined in one message
const COLLATOR = new Intl.Collator(undefined, {
  usage: "search",
  sensitivity: "accent",
  ignorePunctuation: false,
});
const GRAPHEMES = new Intl.Segmenter();
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });
const WORD = /[\p{L}\p{N}\p{M}_]/u;
// Scripts that are written without spaces between words: there an @ may follow a letter.
const UNSPACED = ["Han", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr"];
const AFTER_UNSPACED = `(?<=[${UNSPACED.map((script) => `\\p{sc=${script}}`).join("")}])@`;
// Not the @ of an address such as ada@example.org.
const AT = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}_])@|${AFTER_UNSPACED}`, "gu");

/**
 * Does `body` mention `name`? "@Ann Lee" does not mention Ann, if Ann Lee is one of the `others`.
 */
export function mentions(body, name, others = []) {
  const names = new Names([name, ...others]);
  return proseOf(parse(body)).some((text) =>
    findMentions(text, names).some((found) => names.same(found.name, name)),
  );
}

/** [{start, end, name}, ...] in `text`, which is prose; `start` is the index of the @. */
export function findMentions(text, names) {
  const found = [];
  let end = 0;
  let examined = 0;
  for (const { index } of text.matchAll(AT)) {
    if (index < end) continue;
    examined += 1;
    if (examined > MAX_MENTIONS) break;
    const mention = names.after(text, index + 1);
    if (mention) found.push({ start: index, ...mention });
    end = mention?.end ?? end;
  }
  return found;
}

/** A set of names to look for. */
export class Names {
  #byLength = new Map(); // graphemes => names

  constructor(names) {
    for (const name of new Set(names)) {
      const { length } = split(name);
      if (name.trim() !== "")
        this.#byLength.set(length, [...(this.#byLength.get(length) ?? []), name]);
    }
  }

  same(a, b) {
    return COLLATOR.compare(a, b) === 0;
  }

  /** The longest name at `start` in `text`, and where it ends: {name, end}; or null. */
  after(text, start) {
    const lengths = [...this.#byLength.keys()].sort((a, b) => b - a);
    // Few graphemes have more than 16 code units.
    const window = split(text.slice(start, start + 16 * (lengths[0] ?? 0)));
    for (const length of lengths) {
      const candidate = window.slice(0, length).join("");
      const end = start + candidate.length;
      if (length > window.length || !endsWord(text, end)) continue;
      const name = this.#byLength.get(length).find((known) => this.same(known, candidate));
      if (name !== undefined) return { name, end };
    }
    return null;
  }
}

/** Does a word end at `index`? In scripts without spaces the segmenter decides. */
function endsWord(text, index) {
  const next = text.codePointAt(index);
  if (next === undefined || !WORD.test(String.fromCodePoint(next))) return true;
  return WORDS.segment(text).containing(index).index === index;
}

function split(text) {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

const MAX_NAMES = 300; // the oldest ones are dropped

/** The names that a message may mention: those of the reader, the people here, and the authors. */
export class KnownNames {
  #me = "";
  #known = new Set();
  #mentions = { names: new Names([]), isMe: () => false };

  /** {names, isMe}; a new object whenever the names have changed. */
  get mentions() {
    return this.#mentions;
  }

  /** Does `body` mention the reader? */
  mentionsMe(body) {
    return mentions(body, this.#me, [...this.#known]);
  }

  /** `people` are {name}; `me` is the reader's own name. */
  add(people, me) {
    const fresh = people.map(({ name }) => name).filter((name) => !this.#known.has(name));
    if (fresh.length === 0 && me === this.#me) return;
    this.#me = me;
    this.#known = new Set([...this.#known, ...fresh].slice(-MAX_NAMES));
    const names = new Names([me, ...this.#known]);
    this.#mentions = { names, isMe: (name) => names.same(name, me) };
  }
}

const QUERY = /(?:^|[\s([{"'«„“])@([^@\n]{0,32})$/u; // names have at most 32 characters
const MAX_MATCHES = 6;

/** {start, query} of the @name that is being typed at the caret, or null. */
export function queryAt(text, caret) {
  const match = QUERY.exec(text.slice(0, caret));
  return match && { start: caret - match[1].length - 1, query: match[1] };
}

/**
 * The people whose name, or a word of it, starts with the query, whole names first. Case and
 * accents are ignored.
 */
export function matching(people, query) {
  const wanted = folded(query);
  const rank = ({ name }) => {
    const known = folded(name);
    if (known.startsWith(wanted)) return 0;
    return known.includes(` ${wanted}`) ? 1 : 2;
  };
  return people
    .map((person) => ({ person, rank: rank(person) }))
    .filter((found) => found.rank < 2)
    .sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name))
    .slice(0, MAX_MATCHES)
    .map(({ person }) => person);
}

/** Does `name` contain `part`, ignoring case and accents? */
export function includes(name, part) {
  return folded(name).includes(folded(part));
}

/** Without case and accents. */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
