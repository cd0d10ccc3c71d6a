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

/** What the eye hardly tells apart is one: case, accents, width, spaces, invisible characters. Not the letters of other scripts. */
function lookOf(name) {
  return name.normalize("NFKD").replace(/[\p{M}\p{Cf}\s]/gu, "").toLowerCase();
}
