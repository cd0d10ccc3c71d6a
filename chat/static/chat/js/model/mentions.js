/**
 * Who is named with an @ in a text. A name may have spaces and be of any script; case counts as little as it does in the reader's
 * language, and where one name begins another, the longer one is meant. Links name nobody. Pure: text and names in, places out.
 */
import { splitLinks } from "../messages/links.js";

const MOST = 50; // @ looked at in one message
const COLLATOR = new Intl.Collator(undefined, {
  usage: "search",
  sensitivity: "accent",
  ignorePunctuation: false,
});
const GRAPHEMES = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;
const WORDS = globalThis.Intl?.Segmenter
  ? new Intl.Segmenter(undefined, { granularity: "word" })
  : null;
const WORD = /[\p{L}\p{N}\p{M}_]/u;
// Not the @ of an address such as ada@example.org; but where words stand without spaces, a name may follow a letter.
const AT =
  /(?<![\p{L}\p{N}\p{M}_])@|(?<=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}])@/gu;

/** Does `body` name `name`? Not where it goes on to be one of the `others`: "@Ann Lee" does not call Ann. */
export function mentions(body, name, others = []) {
  const names = new Names([name, ...others]);
  return splitLinks(body).some(
    ({ text, href }) =>
      !href && findMentions(text, names).some((found) => names.same(found.name, name)),
  );
}

/** [{start, end, name}, ...] in `text`, which has no links; from `start`, the @, up to `end`. */
export function findMentions(text, names) {
  const found = [];
  let end = 0;
  let looked = 0;
  for (const { index } of text.matchAll(AT)) {
    if (index < end) continue;
    looked += 1;
    if (looked > MOST) break;
    const mention = names.after(text, index + 1);
    if (mention) found.push({ start: index, ...mention });
    end = mention?.end ?? end;
  }
  return found;
}

/** Names to look for. */
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

  /** The longest name that stands at `start` in `text`, and where it ends; or null. */
  after(text, start) {
    const lengths = [...this.#byLength.keys()].sort((a, b) => b - a);
    const window = split(text.slice(start, start + 16 * (lengths[0] ?? 0))); // ample: few graphemes have more than 16 code units
    for (const length of lengths) {
      const said = window.slice(0, length).join("");
      const end = start + said.length;
      if (length > window.length || !endsWord(text, end)) continue;
      const name = this.#byLength.get(length).find((known) => this.same(known, said));
      if (name !== undefined) return { name, end };
    }
    return null;
  }
}

/** Before a space or a comma; and, where words stand without spaces, wherever one ends. */
function endsWord(text, index) {
  const next = text.codePointAt(index);
  if (next === undefined || !WORD.test(String.fromCodePoint(next))) return true;
  return WORDS !== null && WORDS.segment(text).containing(index).index === index;
}

function split(text) {
  return GRAPHEMES ? Array.from(GRAPHEMES.segment(text), ({ segment }) => segment) : [...text];
}
