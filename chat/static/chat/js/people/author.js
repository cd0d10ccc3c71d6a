/** How one author is shown everywhere: an initial, and a short mark that tells two people of the same name apart. Pure. */

const SEGMENTS = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;

export function initialOf(name) {
  const first = SEGMENTS
    ? SEGMENTS.segment(name)[Symbol.iterator]().next().value?.segment
    : [...name][0];
  return (first ?? "?").toLocaleUpperCase();
}

export function markOf(authorId) {
  return `#${String(authorId)
    .replace(/[^0-9a-z]/gi, "")
    .slice(-4)
    .toLowerCase()}`;
}
