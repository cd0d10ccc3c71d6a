/**
 * What is formatted within a line: code, links, and marks such as `**`. Pure. An address is a link
 * by these rules alone, not by those of `URL`, which the server does not have.
 */
const SPACE = String.raw`\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;

const TICKS = /`+|\n/gu;
const MARKS = /\*+|~~+/gu;
const MARK_OF = { em: "*", strong: "**", del: "~~" };
const KINDS_OF = new Map([
  ["*", ["em"]],
  ["**", ["strong"]],
  ["***", ["em", "strong"]], // the outer one first
  ["~~", ["del"]],
]);
// "" is the beginning or the end of the text.
const NOT_BEFORE_CLOSING = new RegExp(`^[${SPACE}([{]?$`, "u");
const NOT_AFTER_OPENING = new RegExp(`^[${SPACE})\\]}]?$`, "u");
const WORD = /^[A-Za-z0-9]/u;

/**
 * Reads some lines from left to right. There is at most one open mark of each kind, so depth is
 * bounded; a mark that is never closed stays text, and nothing spans two lines.
 */
export class Spans {
  #text;
  #budget;
  #out = [];
  #open = new Map(); // kind => where in #out its mark is

  constructor(text, budget) {
    this.#text = text;
    this.#budget = budget;
    let end = 0;
    for (const { start, stop, ticks } of codeSpans(text)) {
      this.#read(end, start);
      end = start;
      if (!budget.take()) break;
      const mark = "`".repeat(ticks);
      const code = text.slice(start + ticks, stop - ticks);
      this.#out.push({ kind: "code", children: [{ mark }, code, { mark }] });
      end = stop;
    }
    this.#read(end, text.length);
  }

  get children() {
    return joined(this.#out);
  }

  /** Append the part from `start` to `end`, in which there is no code. */
  #read(start, end) {
    let at = start;
    for (const { text, href } of splitLinks(this.#text.slice(start, end))) {
      if (this.#budget.left === 0) break;
      if (href && this.#budget.take()) this.#out.push(link(text, href));
      else this.#readMarks(at, at + text.length);
      at += text.length;
    }
    this.#append(this.#text.slice(at, end));
  }

  #readMarks(start, end) {
    const text = this.#text;
    let at = start;
    for (const { 0: run, index } of text.slice(start, end).matchAll(MARKS)) {
      if (this.#budget.left === 0) break;
      const [from, to] = [start + index, start + index + run.length];
      this.#append(text.slice(at, from));
      this.#mark(run, text[from - 1] ?? "", text[to] ?? "");
      at = to;
    }
    this.#append(text.slice(at, end));
  }

  /** A mark is at the edge of a word, and not inside it: a*b*c, 2*(3+4)*5, f(*args). */
  #mark(run, before, after) {
    if (!KINDS_OF.has(run)) {
      this.#append(run);
      return;
    }
    let left = run;
    if (this.#open.size > 0 && !NOT_BEFORE_CLOSING.test(before) && !WORD.test(after)) {
      for (let kind = this.#innermost(left); kind && this.#budget.take(); ) {
        this.#close(kind);
        left = left.slice(MARK_OF[kind].length);
        kind = this.#innermost(left);
      }
    }
    if (left === "" || WORD.test(before) || NOT_AFTER_OPENING.test(after)) {
      this.#append(left);
      return;
    }
    for (const kind of KINDS_OF.get(left)) {
      this.#open.set(kind, this.#out.length);
      this.#out.push(MARK_OF[kind]);
    }
  }

  /** The open kind that `run` closes first. */
  #innermost(run) {
    const kinds = (KINDS_OF.get(run) ?? []).filter((kind) => this.#open.has(kind));
    return kinds.sort((a, b) => this.#open.get(b) - this.#open.get(a))[0];
  }

  #close(kind) {
    const start = this.#open.get(kind);
    const [, ...inside] = this.#out.splice(start);
    const mark = MARK_OF[kind];
    this.#out.push({ kind, children: [{ mark }, ...joined(inside), { mark }] });
    for (const [other, at] of this.#open) if (at >= start) this.#open.delete(other);
  }

  #append(text) {
    if (text !== "") this.#out.push(text);
    if (this.#open.size > 0 && text.includes("\n")) this.#open.clear();
  }
}

/** From a run of backticks to the next one in its line that is as long. */
function codeSpans(text) {
  if (!text.includes("`")) return [];
  const runs = [...text.matchAll(TICKS)];
  const following = new Map(); // length => index of the next run
  const closing = runs.map(() => undefined);
  for (const [index, [run]] of [...runs.entries()].reverse()) {
    closing[index] = following.get(run.length);
    if (run === "\n") following.clear();
    else following.set(run.length, index);
  }
  const spans = [];
  for (let index = 0; index < runs.length; index += 1) {
    const close = closing[index];
    const { 0: run, index: start } = runs[index];
    if (close === undefined || run === "\n") continue;
    spans.push({ start, stop: runs[close].index + run.length, ticks: run.length });
    index = close;
  }
  return spans;
}

function link(text, href) {
  const scheme = /^mailto:/iu.exec(text)?.[0] ?? "";
  const address = text.slice(scheme.length);
  return { kind: "link", children: scheme ? [{ mark: scheme }, address] : [text], href };
}

/** With neighbouring texts as one. */
function joined(children) {
  const found = [];
  let text = "";
  for (const child of children) {
    if (typeof child === "string") {
      text += child;
      continue;
    }
    if (text !== "") found.push(text);
    text = "";
    found.push(child);
  }
  return text === "" ? found : [...found, text];
}

// Links

// A link ends at white space, quotes, angle brackets, control and bidi characters.
const SIGNS = String.raw`<>"\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069`;
const INSIDE = `[^${SPACE}${SIGNS}]+`;
const SCHEME = "[Hh][Tt][Tt][Pp][Ss]?:\\/\\/|[Mm][Aa][Ii][Ll][Tt][Oo]:|[Ww][Ww][Ww]\\.";
const CANDIDATE = new RegExp(`(?<![A-Za-z0-9_])(?:${SCHEME})${INSIDE}`, "gu");
const POSSIBLE = new RegExp(INSIDE, "gu");
const LEADING = /^['*_~([{¿¡«„“‘‚]+/u;
const TRAILING = new Set(".,:;!?'*_~…”“’»)]}");
const OPENS = { ")": "(", "]": "[", "}": "{" };
const BRACKETS = /[()[\]{}]/g;

const MAILTO = /^mailto:./iu;
const HOST = String.raw`(?:[^/?#\\@:[\]^|%]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?(?=[/?#\\]|$)`;
const WEB = new RegExp(String.raw`^[Hh][Tt][Tt][Pp][Ss]?://(?:[^/?#\\]*@)?${HOST}`, "u");
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
    const href = hrefOf(shown);
    if (!href) continue;
    if (match.index > end) segments.push(...splitBare(text.slice(end, match.index)));
    segments.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) segments.push(...splitBare(text.slice(end)));
  return segments;
}

function hrefOf(shown) {
  const address = /^www\./i.test(shown) ? `https://${shown}` : shown;
  return WEB.test(address) || MAILTO.test(address) ? address : null;
}

/** The same for addresses without a scheme: ada@example.org, example.org/path. */
function splitBare(text) {
  if (!text.includes(".")) return [{ text }];
  const segments = [];
  let end = 0;
  for (const { 0: word, index } of text.matchAll(POSSIBLE)) {
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
  if (host !== undefined) return DOMAIN.test(host) ? `mailto:${shown}` : null;
  const slash = shown.indexOf("/");
  const authority = slash < 0 ? shown : shown.slice(0, slash);
  const ending = DOMAIN.exec(authority.replace(PORT, ""))?.[1].toLowerCase();
  if (ending === undefined || !(DOMAINS.has(ending) || (slash > 0 && COUNTRY_DOMAIN.test(ending))))
    return null;
  return `https://${shown}`;
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
