/**
 * How an author is shown: initial, colour, role, and a tag that tells namesakes apart; and whose
 * messages are not shown. Pure.
 */
import { gettext } from "../i18n.js";

const GRAPHEMES = new Intl.Segmenter();

export function initialOf(name) {
  const [first] = Array.from(GRAPHEMES.segment(name), ({ segment }) => segment);
  return (first ?? "?").toLocaleUpperCase();
}

export function markOf(authorId) {
  return `#${String(authorId)
    .replace(/[^0-9a-z]/gi, "")
    .slice(-4)
    .toLowerCase()}`;
}

const ROLES = new Map([
  ["owner", gettext("Owner")],
  ["moderator", gettext("Moderator")],
]);

/** The name of "owner" or "moderator"; otherwise empty. */
export function roleName(role) {
  return ROLES.get(role) ?? "";
}

const HUES = 12;
const LOOKS = 2 * HUES;
const STEP = 7; // far in hue, and coprime to LOOKS, so that every look is tried
const MAX_AUTHORS = 200; // whose looks are stored

/**
 * An author's default look, 0 to 23: the same as look_of in templatetags/authors.py. FNV-1a gives
 * similar ids very different looks.
 */
export function lookOf(authorId) {
  let hash = 0x811c9dc5;
  for (const character of String(authorId))
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return (hash >>> 8) % LOOKS;
}

/**
 * The look of each author: one of 12 hues in 2 tones. By default it follows from the id, so it is
 * the same in every browser; of two people here or on the page with the same look, the one who came
 * later gets another one. Saved per room.
 */
export class Hues {
  #storage;
  #key;
  #looks; // by author id, the oldest first
  #present = [];
  #authors = [];

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
    this.#looks = new Map(savedLooks(storage.get(key)));
  }

  /** Set who is here and who wrote the messages on the page: ids, in order of appearance. */
  meet({ present = this.#present, authors = this.#authors }) {
    this.#present = present;
    this.#authors = authors;
    const all = [...new Set([...present, ...authors])];
    const known = all.filter((id) => this.#looks.has(id));
    const taken = new Set();
    let changed = false;
    for (const id of [...known, ...all.filter((id) => !this.#looks.has(id))]) {
      const look = freeLook(this.of(id), taken);
      taken.add(look);
      changed ||= this.#looks.get(id) !== look;
      this.#looks.set(id, look);
    }
    if (changed) this.#keep(all);
  }

  /** The author's look, 0 to 23. */
  of(authorId) {
    return this.#looks.get(authorId) ?? lookOf(authorId);
  }

  /** Give `element` the author's colour. */
  apply(element, authorId) {
    const look = this.of(authorId);
    const hue = String(look % HUES);
    const tone = String(Math.floor(look / HUES));
    if (element.dataset.hue !== hue) element.dataset.hue = hue;
    if (element.dataset.tone !== tone) element.dataset.tone = tone;
  }

  #keep(all) {
    const met = new Set(all);
    const others = [...this.#looks].filter(([id]) => !met.has(id));
    this.#looks = new Map(
      [...others, ...all.map((id) => [id, this.#looks.get(id)])].slice(-MAX_AUTHORS),
    );
    this.#storage.set(this.#key, JSON.stringify([...this.#looks]));
  }
}

/** `look`, or the next free one; `look` again if all are taken. */
function freeLook(look, taken) {
  for (let tried = 0; tried < LOOKS; tried += 1) {
    const next = (look + tried * STEP) % LOOKS;
    if (!taken.has(next)) return next;
  }
  return look;
}

const MAX_HIDDEN = 200; // people; the ones hidden for longest are dropped

/** The people whose messages the reader does not want to see, in this browser. Fires `change`. */
export class HiddenPeople extends EventTarget {
  #storage;
  #key;
  #names; // by author id
  #revealed = new Set(); // ids of messages that the reader wanted to see nevertheless

  constructor({ storage, key }) {
    super();
    this.#storage = storage;
    this.#key = key;
    this.#names = new Map(savedHidden(storage.get(key)));
  }

  /** [{author_id, name}], with the names that they had when they were hidden. */
  get people() {
    return [...this.#names].map(([author_id, name]) => ({ author_id, name }));
  }

  has(authorId) {
    return this.#names.has(authorId);
  }

  /** Is this message not to be shown? */
  hides({ author_id, client_message_id }) {
    return this.#names.has(author_id) && !this.#revealed.has(client_message_id);
  }

  add({ author_id, name }) {
    this.#names.set(author_id, name);
    this.#revealed.clear();
    this.#save();
  }

  remove(authorId) {
    this.#names.delete(authorId);
    this.#save();
  }

  /** Show these messages, until the page is loaded again. */
  reveal(messages) {
    for (const { client_message_id } of messages) this.#revealed.add(client_message_id);
    this.#changed();
  }

  /** Handle a `storage` event: another tab changed them. */
  follow({ key, newValue }) {
    if (key !== this.#key) return;
    this.#names = new Map(savedHidden(newValue));
    this.#changed();
  }

  #save() {
    const kept = [...this.#names].slice(-MAX_HIDDEN);
    this.#names = new Map(kept);
    this.#storage.set(this.#key, JSON.stringify(kept));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

function savedHidden(json) {
  try {
    return JSON.parse(json).filter((pair) => pair.every((each) => typeof each === "string"));
  } catch {
    return []; // nobody, or damaged
  }
}

function savedLooks(json) {
  try {
    return JSON.parse(json).filter(
      ([id, look]) => typeof id === "string" && Number.isInteger(look) && look >= 0 && look < LOOKS,
    );
  } catch {
    return [];
  }
}

/**
 * Find namesakes among `known`, a list of {author_id, name}. Returns a function that says whether
 * more than one author uses a name.
 */
export function namesakes(known) {
  const skeletons = new Map(); // by name
  const authors = new Map(); // by skeleton: the author, or null where there are several
  for (const { author_id, name } of known) {
    if (!skeletons.has(name)) skeletons.set(name, skeletonOf(name));
    const skeleton = skeletons.get(name);
    const other = authors.get(skeleton);
    authors.set(skeleton, other === undefined || other === author_id ? author_id : null);
  }
  return (name) => authors.get(skeletons.get(name)) === null;
}

/** Letters and symbols with an empty glyph: the same as EMPTY of chat/access/names.py. */
const EMPTY = "\u2800\ufffc\u{16fe4}\u{13441}\u{13442}\u{1d159}";
const UNSEEN = new RegExp(`[\\p{M}\\p{C}\\p{Z}\\p{Default_Ignorable_Code_Point}\\s${EMPTY}]`, "gu");

/**
 * Names that look alike have the same skeleton: case, accents, width, spaces and invisible
 * characters are ignored. Letters of different scripts stay different: Cyrillic "А" and Latin "A".
 */
function skeletonOf(name) {
  return name.normalize("NFKD").replace(UNSEEN, "").toLowerCase();
}
