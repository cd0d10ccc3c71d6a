/** Finds the links in what people typed. Pure: text in, segments out; the caller makes nodes of them, never markup. */

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:"]);
// Ends at white space, quotes, angle brackets, controls and the characters that turn writing around.
const CANDIDATE = /\b(?:https?:\/\/|mailto:|www\.)[^\s<>"\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const TRAILING = /[.,:;!?'*_~…”’»)\]}]$/u;
const OPENS = { ")": "(", "]": "[", "}": "{" };

/** [{text}, {text, href}, ...]; the texts joined are exactly the input. */
export function splitLinks(text) {
  const segments = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailing(match[0]);
    const href = safeHref(shown);
    if (!href) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** "(see http://a.example/b)." ends before ")."; "http://a.example/b_(c)" keeps its bracket. */
function withoutTrailing(url) {
  let shown = url;
  while (TRAILING.test(shown) && !closesOwnBracket(shown)) shown = shown.slice(0, -1);
  return shown;
}

function closesOwnBracket(url) {
  const closing = url.at(-1);
  const opening = OPENS[closing];
  return opening !== undefined && url.split(opening).length >= url.split(closing).length;
}

function safeHref(shown) {
  const address = /^www\./i.test(shown) ? `https://${shown}` : shown;
  try {
    const url = new URL(address);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
