/** Which names more than one author goes by: there a name alone does not say who it is. Pure. */

/** A test of a name, by what is known: {author_id, name}, each person once or often. */
export function namesakes(known) {
  const looks = new Map(); // by name
  const authors = new Map(); // by look: the author, or null where there are several
  for (const { author_id, name } of known) {
    if (!looks.has(name)) looks.set(name, lookOf(name));
    const look = looks.get(name);
    const other = authors.get(look);
    authors.set(look, other === undefined || other === author_id ? author_id : null);
  }
  return (name) => authors.get(looks.get(name)) === null;
}

/** Letters and symbols whose glyph is empty, as in EMPTY of chat/access/guests.py. */
const EMPTY = "\u2800\ufffc\u{16fe4}\u{13441}\u{13442}\u{1d159}";
const UNSEEN = new RegExp(`[\\p{M}\\p{C}\\p{Z}\\p{Default_Ignorable_Code_Point}\\s${EMPTY}]`, "gu");

/** What the eye hardly tells apart is one: case, accents, width, spaces, invisible characters. Not the letters of other scripts: Cyrillic "А" and Latin "A" are two. */
function lookOf(name) {
  return name.normalize("NFKD").replace(UNSEEN, "").toLowerCase();
}
