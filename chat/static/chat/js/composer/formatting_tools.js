/** Formatting while one writes: keys that set and remove marks, and pasted code in a fence. */

// The marks of lines, which stay in front of those within the line.
const LINE_MARK = /^(?:>[ >]*)?(?:[-*] |\d+\. )?/u;
const STAR_RUN = { start: /^\*{0,3}/u, end: /\*{0,3}$/u };

/** Changes the text of a field so that Ctrl+Z undoes it. */
export class FormattingTools {
  #field;
  #offer;
  #pasted = null; // {start, text}: pasted code that is still in the field

  /** `offer` is the button that makes a code block of what was pasted. */
  constructor({ field, offer }) {
    this.#field = field;
    this.#offer = offer;
    field.addEventListener("input", () => this.#hideIfChanged());
    field.form.addEventListener("submit", () => this.#hide());
    offer.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus
    offer.addEventListener("click", () => this.#fence());
  }

  /** Put `mark` around the selection, or remove it. */
  toggle(mark) {
    const { value, selectionStart, selectionEnd } = this.#field;
    this.#replace(toggled(value, selectionStart, selectionEnd, mark));
  }

  /** Call when a text was pasted: it now ends at the caret. */
  pasted({ text, html }) {
    const { value, selectionStart } = this.#field;
    const lines = text.replace(/\r\n?/gu, "\n");
    const start = selectionStart - lines.length;
    const isThere = start >= 0 && value.slice(start, selectionStart) === lines;
    if (!isThere || isInFence(value.slice(0, start)) || !isCode(lines, html)) return;
    this.#pasted = { start, text: lines };
    this.#offer.hidden = false;
  }

  #fence() {
    const { start, text } = this.#pasted;
    this.#hide();
    this.#field.focus({ preventScroll: true });
    this.#replace(fenced(this.#field.value, start, start + text.length));
  }

  #hideIfChanged() {
    if (this.#pasted === null) return;
    const { start, text } = this.#pasted;
    if (this.#field.value.slice(start, start + text.length) !== text) this.#hide();
  }

  #hide() {
    this.#pasted = null;
    this.#offer.hidden = true;
  }

  #replace({ start, end, text, selection }) {
    const field = this.#field;
    field.setSelectionRange(start, end);
    // Deprecated, but nothing else keeps the field's undo history.
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, start, end, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(...selection);
  }
}

/**
 * What to replace so that the selection has `mark` around it, or no longer has: {start, end, text,
 * selection}. Each line gets marks of its own, but several lines of code get a fence. Pure.
 */
export function toggled(value, from, to, mark) {
  if (mark === "`" && value.slice(from, to).includes("\n")) return fenced(value, from, to);
  const size = mark.length;
  const [before, after] = [value.slice(from - size, from), value.slice(to, to + size)];
  if (before === mark && after === mark && hasAround(value, from, to, mark))
    return {
      start: from - size,
      end: to + size,
      text: value.slice(from, to),
      selection: [from - size, to - size],
    };

  const isAtStart = from === 0 || value[from - 1] === "\n";
  const lines = value.slice(from, to).split("\n");
  const parts = lines.map((line, index) => partsOf(line, { prefixed: index > 0 || isAtStart }));
  const marked = parts.filter(({ inner }) => inner !== "");
  const isOn = marked.length > 0 && marked.every(({ inner }) => hasWithin(inner, mark));
  const change = (inner) => (isOn ? inner.slice(size, -size) : mark + inner + mark);
  const text = parts
    .map(({ lead, inner, trail }) => lead + (inner === "" ? "" : change(inner)) + trail)
    .join("\n");
  if (marked.length === 0)
    return { start: to, end: to, text: mark + mark, selection: [to + size, to + size] };
  const [first, last] = [parts[0], parts.at(-1)];
  const inside = isOn ? 0 : size;
  return {
    start: from,
    end: to,
    text,
    selection:
      lines.length === 1
        ? [from + first.lead.length + inside, from + text.length - last.trail.length - inside]
        : [from, from + text.length],
  };
}

/** A line without the marks of lines and the white space around the rest. */
function partsOf(line, { prefixed }) {
  const mark = prefixed ? LINE_MARK.exec(line)[0] : "";
  const rest = line.slice(mark.length);
  const inner = rest.trim();
  const lead = mark + rest.slice(0, rest.indexOf(inner));
  return { lead, inner, trail: line.slice(lead.length + inner.length) };
}

/** Does `text` begin and end with `mark`? "**a**" has no "*", but "***a***" has. */
function hasWithin(text, mark) {
  if (text.length <= 2 * mark.length || !text.startsWith(mark) || !text.endsWith(mark))
    return false;
  return isMark(mark, STAR_RUN.start.exec(text)[0], STAR_RUN.end.exec(text)[0]);
}

function hasAround(value, from, to, mark) {
  const before = STAR_RUN.end.exec(value.slice(0, from))[0];
  return isMark(mark, before, STAR_RUN.start.exec(value.slice(to))[0]);
}

function isMark(mark, ...stars) {
  if (mark === "*") return stars.every(({ length }) => length % 2 === 1);
  return mark !== "**" || stars.every(({ length }) => length >= 2);
}

/** What to replace so that the text from `start` to `end` is a block of code. */
function fenced(value, start, end) {
  const code = value.slice(start, end).replace(/^\n+|\n+$/gu, "");
  const longest = Math.max(2, ...(code.match(/`{3,}/gu) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const before = start === 0 || value[start - 1] === "\n" ? "" : "\n";
  const after = value[end] === "\n" ? "" : "\n";
  const text = `${before}${fence}\n${code}\n${fence}${after}`;
  const caret = start + text.length;
  return { start, end, text, selection: [caret, caret] };
}

function isInFence(before) {
  return (before.match(/(?<![^\n])```/gu) ?? []).length % 2 === 1;
}

const CODE_HTML = /<pre\b|<code\b|white-space:\s*pre|monospace/iu;
const KEYWORDS = "def|class|import|from|function|const|let|var|return|if|for|while|elif|else";
const CODE_LINE = new RegExp(
  [
    String.raw`^(?: {2,}|\t)\s*\S`,
    String.raw`[{};\\]\s*$`,
    String.raw`^\s*(?:${KEYWORDS})\b.*[:;({]`,
    String.raw`^\s*(?:[$#>]|>>>|//|/\*|@\w|</?\w)`,
    String.raw`^\s*[\w.[\]]+\s*(?:[-+*/|&]?=)\s*\S`,
    String.raw`=>|==|!=|&&|\|\||->|::|\w\(.*\)\s*$`,
    String.raw`^\s*[\]})]`,
  ].join("|"),
  "u",
);

const MAX_EXAMINED = 10_000; // characters of a pasted text

/** Do these lines look like code that belongs into a fence? */
export function isCode(text, html) {
  const lines = text
    .slice(0, MAX_EXAMINED)
    .split("\n")
    .filter((line) => line.trim() !== "");
  if (lines.length < 2 || /(?<![^\n])```/u.test(text)) return false;
  if (CODE_HTML.test(html)) return true;
  return lines.filter((line) => CODE_LINE.test(line)).length >= Math.max(2, lines.length / 2);
}
