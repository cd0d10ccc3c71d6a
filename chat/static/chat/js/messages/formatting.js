/**
 * The formatting of messages: text to a tree, and the tree to plain text. Pure. The grammar is in
 * docs/formatting.md. chat/formatting/ is its other implementation; both pass
 * tests/formatting.json.
 *
 * A node is {kind, children}, and {href} for a link, {language} for a pre, {number} for a numbered
 * li. Its children are strings, nodes and {mark}: typed characters that are not shown. The tree is
 * lossless: its leaves, one after the other, are the text.
 */
import { Spans } from "./spans.js";

const VERBATIM = new Set(["code", "link", "pre"]);
const MAX_NODES = 200; // of a message; what follows them is shown as it was typed
const MAX_DEPTH = 2; // quotes in each other

const START = String.raw`(?<![^\n])`; // of a line
const END = String.raw`(?![^\n])`;
const LANGUAGE = "(?<language>[A-Za-z0-9][A-Za-z0-9+#._-]{0,31})";
const FENCE = `(?<fence>(?<ticks>\`{3,})(?:[ \\t]*${LANGUAGE})?[ \\t]*)(?=\\n)`;
const CLOSED = `(?<code>[\\s\\S]*?)(?<close>\\n\\k<ticks>\`*[ \\t]*${END})`;
const BULLET = String.raw`[-*] (?=[^\n])`;
const NUMBER = String.raw`(?:0|[1-9][0-9]{0,8})\. (?=[^\n])`;
const QUOTE_BEGINS = String.raw`>(?: |(?=> ))(?=[^\n])`;
const QUOTED = `>(?: |${END}|(?=>(?: |${END})))`; // ">>> x" and ">:(" are no quotes
const lines = (first, more) => `${first}[^\\n]*(?:\\n${more}[^\\n]*)*`;
const CODE = `${FENCE}(?:${CLOSED}|(?<rest>[\\s\\S]*))`;
const LISTS = `(?<ul>${lines(BULLET, BULLET)})|(?<ol>${lines(NUMBER, NUMBER)})`;
const BLOCK = new RegExp(`${START}(?:${CODE}|${LISTS}|${lines(QUOTE_BEGINS, QUOTED)})`, "gu");
const INNERMOST_BLOCK = new RegExp(`${START}(?:${CODE}|${LISTS})`, "gu");
const QUOTED_MARK = new RegExp(`^${QUOTED}`, "u");

/** The tree of a message, as a list of children. Takes linear time. */
export function parse(text) {
  return blocks(text, new Budget(), 0);
}

/** How many more nodes a message may have. */
class Budget {
  left = MAX_NODES;

  take() {
    if (this.left === 0) return false;
    this.left -= 1;
    return true;
  }
}

function blocks(text, budget, depth) {
  const children = [];
  let end = 0;
  for (const match of text.matchAll(depth < MAX_DEPTH ? BLOCK : INNERMOST_BLOCK)) {
    if (!budget.take()) break;
    children.push(...paragraphs(text, end, match.index, budget));
    const block = blockOf(match, budget, depth);
    children.push(block);
    end = match.index + typedText([block]).length;
  }
  children.push(...paragraphs(text, end, text.length, budget));
  return children;
}

function blockOf({ 0: text, groups }, budget, depth) {
  if (groups.fence !== undefined) return fencedCode(groups);
  if (groups.ul !== undefined || groups.ol !== undefined) return list(text, groups, budget);
  return quote(text, budget, depth);
}

/** What is beside blocks. Empty lines between both are not shown: blocks have margins. */
function paragraphs(text, start, end, budget) {
  const part = text.slice(start, end);
  const from = start > 0 ? /^\n*/u.exec(part)[0].length : 0;
  let to = part.length;
  if (end < text.length) while (part[to - 1] === "\n") to -= 1;
  const [before, after] = to <= from ? [part, ""] : [part.slice(0, from), part.slice(to)];
  return [
    ...(before === "" ? [] : [{ mark: before }]),
    ...(to <= from ? [] : new Spans(part.slice(from, to), budget).children),
    ...(after === "" ? [] : [{ mark: after }]),
  ];
}

/** The code is the lines between the fences, or all lines after a fence that is never closed. */
function fencedCode({ fence, language, code, close = "", rest }) {
  const inside = code ?? rest;
  const children = [{ mark: fence + inside.slice(0, 1) }];
  if (inside.length > 1) children.push(inside.slice(1));
  if (close !== "") children.push({ mark: close });
  return { kind: "pre", children, ...(language && { language }) };
}

/** One item for each line, while there is budget; the first item's was taken by the caller. */
function list(text, { ol }, budget) {
  const node = { kind: ol === undefined ? "ul" : "ol", children: [] };
  for (const line of text.split("\n")) {
    if (node.children.length > 0) {
      if (!budget.take()) break;
      node.children.push({ mark: "\n" });
    }
    const mark = line.slice(0, line.indexOf(" ") + 1);
    const children = [{ mark }, ...new Spans(line.slice(mark.length), budget).children];
    node.children.push({ kind: "li", children, ...(ol && { number: Number.parseInt(mark, 10) }) });
  }
  return node;
}

/** One line costs as much as an item of a list. */
function quote(text, budget, depth) {
  const marks = [];
  const inner = [];
  for (const line of text.split("\n")) {
    if (inner.length > 0 && !budget.take()) break;
    const [mark] = QUOTED_MARK.exec(line);
    marks.push(mark);
    inner.push(line.slice(mark.length));
  }
  const following = marks.values();
  const first = { mark: following.next().value };
  const inside = blocks(inner.join("\n"), budget, depth + 1);
  return { kind: "blockquote", children: [first, ...quoted(inside, following)] };
}

/** With the mark of each line after the line break before it. */
function quoted(children, marks) {
  return children.flatMap((child) => {
    if (child.kind) return { ...child, children: quoted(child.children, marks) };
    if (child.mark) {
      const mark = child.mark.replace(/\n/gu, () => `\n${marks.next().value}`);
      return { mark };
    }
    const [last, ...others] = child.split("\n").reverse();
    const marked = others.reverse().flatMap((line) => [`${line}\n`, { mark: marks.next().value }]);
    return last === "" ? marked : [...marked, last];
  });
}

// Reading a tree

/** What was parsed. */
export function typedText(children) {
  return children
    .map((child) => child.mark ?? (child.kind ? typedText(child.children) : child))
    .join("");
}

/** The `textContent` of the tree as HTML: its text without marks and the breaks around blocks. */
export function renderedText(children) {
  return children
    .map((child) => (child.kind ? renderedText(child.children) : child.mark ? "" : child))
    .join("");
}

/** The text without its marks, but with the numbers of lists, and without empty lines. */
export function plainText(children) {
  return shown(children)
    .replace(/\n{2,}/gu, "\n")
    .replace(/^\n|\n$/gu, "");
}

function shown(children) {
  const texts = children.map((child) => {
    if (typeof child === "string") return child;
    if (child.kind) return (child.number >= 0 ? `${child.number}. ` : "") + shown(child.children);
    return child.mark.includes("\n") ? "\n" : "";
  });
  return texts.join("");
}

/** The texts in which people may be mentioned: those outside of code and links. */
export function proseOf(children) {
  return children.flatMap((child) => {
    if (typeof child === "string") return [child];
    return !child.kind || VERBATIM.has(child.kind) ? [] : proseOf(child.children);
  });
}

/** The first `length` characters of `text`, or somewhat fewer, cut between words. */
export function excerpt(text, length) {
  const characters = [...text]; // code points, so that no emoji is cut in half
  if (characters.length <= length) return text;
  const beginning = characters.slice(0, length).join("");
  return `${beginning.replace(/(\s)\S{0,30}$/u, "$1").trimEnd()}…`;
}
