/** What is being completed after an @, and with whom. Pure. */

const OPEN = /(?:^|[\s([{"'«„“])@([^@\n]{0,32})$/u; // a name has at most 32 characters, and may have spaces
const MOST = 6;

/** {start, query} of the name that is being written at the caret, or null. */
export function queryAt(text, caret) {
  const match = OPEN.exec(text.slice(0, caret));
  return match && { start: caret - match[1].length - 1, query: match[1] };
}

/** Those whose name, or a word of it, begins with the query; whole names first. Case and accents do not count. */
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
    .slice(0, MOST)
    .map(({ person }) => person);
}

/** Does a name have `part` in it? As little does case count, and accents. */
export function includes(name, part) {
  return folded(name).includes(folded(part));
}

function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
