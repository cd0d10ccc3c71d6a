/** How one author looks everywhere: a stable hue, an initial, and a short mark that tells two people of the same name apart. Pure. */

const SEGMENTS = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;

/** 0 to 359, in steps wide enough to be told apart. FNV-1a: ids that differ little get hues that differ much. */
export function hueOf(authorId) {
  let hash = 0x811c9dc5;
  for (const character of String(authorId)) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return ((hash >>> 8) % 18) * 20;
}

export function initialOf(name) {
  const first = SEGMENTS ? SEGMENTS.segment(name)[Symbol.iterator]().next().value?.segment : [...name][0];
  return (first ?? "?").toLocaleUpperCase();
}

export function markOf(authorId) {
  return `#${String(authorId).replace(/[^0-9a-z]/gi, "").slice(-4).toLowerCase()}`;
}
