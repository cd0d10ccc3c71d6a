/** Finds links in text. Pure: it returns segments, from which the caller makes nodes. */

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:"]);
// A link ends at white space, quotes, angle brackets, control and bidi characters.
const INSIDE = String.raw`[^\s<>"\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+`;
const CANDIDATE = new RegExp(String.raw`\b(?:https?:\/\/|mailto:|www\.)${INSIDE}`, "giu");
const WORD = new RegExp(INSIDE, "gu");
const LEADING = /^['*_~([{¿¡«„“‘‚]+/u;
const TRAILING = new Set(".,:;!?'*_~…”“’»)]}");
const OPENS = { ")": "(", "]": "[", "}": "{" };
const BRACKETS = /[()[\]{}]/g;

const EMAIL = /^[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@([^@]+)$/i;
const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,18})$/i;
const PORT = /:\d{1,5}$/;
// Top-level domains that are rarely anything else: file names ("main.py", "notes.md") and sentences
// without a space ("me.so", "casa.it") must not become links.
const GENERIC = "com org net edu gov int mil info biz eu io dev app";
const NATIONAL = "de ch uk fr nl es pt dk se fi cz sk hu ro gr ie jp cn kr tw br mx ar au nz za ca";
const DOMAINS = new Set(`${GENERIC} ${NATIONAL}`.split(" "));
// With a path, any country's domain is an address, unless it is also a file's: "main.rs/lib.rs".
const COUNTRY_DOMAIN = /^(?!(?:cc|md|ml|mo|pl|pm|ps|py|rs|sh|so|st|tf|vi)$)[a-z]{2}$/i;

/** [{text}, {text, href}, ...]; the joined texts are the input. Takes linear time. */
export function splitLinks(text) {
  const segments = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailing(match[0]);
    const href = safeHref(/^www\./i.test(shown) ? `https://${shown}` : shown);
    if (!href) continue;
    if (match.index > end) segments.push(...splitBare(text.slice(end, match.index)));
    segments.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) segments.push(...splitBare(text.slice(end)));
  return segments;
}

/** The same for addresses without a scheme: ada@example.org, example.org/path. */
function splitBare(text) {
  if (!text.includes(".")) return [{ text }];
  const segments = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!word.includes(".")) continue;
    const leading = LEADING.exec(word)?.[0].length ?? 0;
    const shown = withoutTrailing(word.slice(leading));
    const href = bareHref(shown);
    if (!href) continue;
    const start = index + leading;
    if (start > end) segments.push({ text: text.slice(end, start) });
    segments.push({ text: shown, href });
    end = start + shown.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

function bareHref(shown) {
  const [, host] = EMAIL.exec(shown) ?? [];
  if (host !== undefined) return DOMAIN.test(host) ? safeHref(`mailto:${shown}`) : null;
  const slash = shown.indexOf("/");
  const authority = slash < 0 ? shown : shown.slice(0, slash);
  const ending = DOMAIN.exec(authority.replace(PORT, ""))?.[1].toLowerCase();
  if (ending === undefined || !(DOMAINS.has(ending) || (slash > 0 && COUNTRY_DOMAIN.test(ending))))
    return null;
  return safeHref(`https://${shown}`);
}

/** "(see http://a.example/b)." ends before ")."; "http://a.example/b_(c)" keeps its bracket. */
function withoutTrailing(url) {
  const counts = {};
  for (const [bracket] of url.matchAll(BRACKETS)) counts[bracket] = (counts[bracket] ?? 0) + 1;
  let end = url.length;
  for (; end > 0 && TRAILING.has(url[end - 1]); end -= 1) {
    const closing = url[end - 1];
    if (counts[OPENS[closing]] >= counts[closing]) break; // it closes a bracket within the address
    counts[closing] -= 1;
  }
  return url.slice(0, end);
}

function safeHref(address) {
  try {
    const url = new URL(address);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
