/** All emoji and their names: searching, `:codes:`, skin tones. Pure. */
import { folded } from "../model/mentions.js";

const LIGHT = "🏻"; // the tone in `light`
const VARIABLE = /[\u{1F3FB}-\u{1F3FF}\uFE0F]/gu; // skin tones, variation selector
const SEPARATORS = /[^\p{L}\p{M}\p{N}+-]+/gu;

export class EmojiCatalog {
  groups; // [{title, items}]; an item is {emoji, name, codes, light, words}
  tones; // [{tone, name}], from light to dark
  #items;
  #byCode = new Map();
  #byEmoji = new Map();

  /** As the server sends it, see chat/views/emoji_catalog.py. */
  constructor({ groups, tones }) {
    this.groups = groups.map(([title, rows]) => ({ title, items: rows.map(itemOf) }));
    this.tones = tones.map(([tone, name]) => ({ tone, name }));
    this.#items = this.groups.flatMap(({ items }) => items);
    for (const item of this.#items) {
      this.#byEmoji.set(bare(item.emoji), item);
      for (const code of item.codes) if (!this.#byCode.has(code)) this.#byCode.set(code, item);
    }
  }

  /** The item of an emoji in any skin tone, or undefined. */
  itemOf(emoji) {
    return this.#byEmoji.get(bare(emoji));
  }

  /** The item of a code without its colons, such as "thumbsup", or undefined. */
  itemOfCode(code) {
    return this.#byCode.get(code.toLowerCase());
  }

  /**
   * The items with a name or code in which each word of the query starts a word, whole names first;
   * if there are none, those that contain the query.
   */
  search(query) {
    const wanted = plain(query);
    if (wanted === "") return [];
    const starts = wanted.split(" ").map((word) => ` ${word}`);
    const ranked = this.#items
      .map((item) => ({ item, rank: rankOf(item, wanted, starts) }))
      .filter(({ rank }) => rank < 3);
    if (ranked.length === 0) return this.#items.filter(({ words }) => words.includes(wanted));
    return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
  }
}

/** The emoji of an item in a skin tone, if it has any; "" is no tone. */
export function inTone({ emoji, light }, tone) {
  return light === "" || tone === "" ? emoji : light.replaceAll(LIGHT, tone);
}

function itemOf([emoji, name, codes, light]) {
  const all = [codeOf(name), ...codes.split(" ").filter(Boolean)];
  // Each name and code between bars, each of its words after a space.
  const words = [name, ...all].map((text) => `| ${plain(text)} `).join("");
  return { emoji, name, codes: all, light, words: `${words}|` };
}

function rankOf({ words }, wanted, starts) {
  if (words.includes(`| ${wanted} |`)) return 0;
  if (words.includes(`| ${wanted}`)) return 1;
  return starts.every((start) => words.includes(start)) ? 2 : 3;
}

function codeOf(name) {
  return name.toLowerCase().replace(SEPARATORS, "_").replace(/^_|_$/g, "");
}

function plain(text) {
  return folded(text.replace(SEPARATORS, " ")).trim();
}

function bare(emoji) {
  return emoji.replace(VARIABLE, "");
}

// At the start of a word, so neither in 10:30 nor in https://
const BEFORE = `(?:^|[\\s([{"'«„“*~>])`;
const QUERY = new RegExp(`${BEFORE}:(\\p{L}[\\p{L}\\p{M}\\p{N}_+-]{1,39})$`, "u");
const CODE = new RegExp(`${BEFORE}:([\\p{L}\\p{N}+-][\\p{L}\\p{M}\\p{N}_+-]{1,39}):$`, "u");

/** {start, query} of the `:code` that is being typed at the caret, or null. */
export function queryAt(text, caret) {
  const match = matchAt(QUERY, text, caret);
  return match && { start: caret - match.length - 1, query: match };
}

/** {start, code} of the `:code:` that ends at the caret, or null. */
export function codeAt(text, caret) {
  const match = matchAt(CODE, text, caret);
  return match && { start: caret - match.length - 2, code: match };
}

function matchAt(pattern, text, caret) {
  const before = text.slice(0, caret);
  const match = pattern.exec(before);
  return match && !endsInCode(before) ? match[1] : null;
}

/** Is what follows `text` in a fenced block, or in `code` that has begun on its line? */
function endsInCode(text) {
  const fences = text.match(/^```/gm)?.length ?? 0;
  const ticks = text.slice(text.lastIndexOf("\n") + 1).match(/`/g)?.length ?? 0;
  return fences % 2 === 1 || ticks % 2 === 1;
}
