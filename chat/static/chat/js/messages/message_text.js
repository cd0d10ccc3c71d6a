/**
 * A message's text as nodes. Only text nodes and the elements named here are made, never markup;
 * chat/formatting/html.py makes the same.
 */
import { findMentions } from "../model/mentions.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

// Signs like © are emoji only with U+FE0F. REST: keycaps, flags, tags, and sequences with U+200D.
const EMOJI = `(?:${[
  "\\p{Emoji_Presentation}",
  "\\p{Extended_Pictographic}(?=[\\ufe0f\\p{Emoji_Modifier}])",
  "[#*0-9](?=\\ufe0f?\\u20e3)",
].join("|")})`;
const REST =
  "[\\ufe0f\\u20e3\\p{Emoji_Modifier}\\u{e0020}-\\u{e007f}]|\\u200d\\p{Extended_Pictographic}";
const EMOJI_ONLY = new RegExp(`^(?:${EMOJI}(?:${REST})*)+$`, "u");
const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const MAX_EMOJI = 24; // UTF-16 code units: about six emoji

const BLOCKS = "blockquote, ol, ul, li, .code";
const ATTRIBUTES = {
  code: { dir: "ltr" },
  link: { rel: "noopener noreferrer nofollow ugc", target: "_blank", dir: "ltr" },
  blockquote: { dir: "auto" },
  ul: { dir: "auto" },
  ol: { dir: "auto" },
};

let scrollers = null; // observes blocks of code

/**
 * The children of a tree from formatting.js as nodes; `names` may be mentioned; `isMe(name)`: is it
 * the reader?
 */
export function nodesOf(children, { names, isMe }) {
  const fragment = document.createDocumentFragment();
  for (const child of children) {
    if (child.kind) fragment.append(elementOf(child, { names, isMe }));
    else if (!child.mark) fragment.append(...withMentions(child, names, isMe));
  }
  return fragment;
}

function elementOf({ kind, children, href, language, number }, mentions) {
  if (kind === "pre") return codeBlock(children, language);
  const element = document.createElement(kind === "link" ? "a" : kind);
  if (href) element.href = href;
  if (number >= 0) element.value = number;
  for (const [name, value] of Object.entries(ATTRIBUTES[kind] ?? {}))
    element.setAttribute(name, value);
  if (kind === "link" || kind === "code") element.textContent = textOf(children);
  else element.append(nodesOf(children, mentions));
  return element;
}

function codeBlock(children, language) {
  const element = fromTemplate("code");
  const { code } = partsOf(element);
  code.textContent = textOf(children);
  if (language) code.parentElement.dataset.language = language;
  scrollers ??= new ResizeObserver((entries) => {
    for (const { target } of entries) makeFocusable(target);
  });
  scrollers.observe(code.parentElement);
  return element;
}

/** What is too wide is scrolled by keys, once it has the focus. */
function makeFocusable(element) {
  if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

function textOf(children) {
  return children.filter((child) => typeof child === "string").join("");
}

/** Is the last paragraph written from right to left? Its first letter decides. */
export function endsFromRight(body) {
  const [letter] = /\p{L}/u.exec(body.slice(body.trimEnd().lastIndexOf("\n") + 1)) ?? [""];
  return FROM_RIGHT.test(letter);
}

export function isEmojiOnly(body) {
  return body.length <= MAX_EMOJI && EMOJI_ONLY.test(body.replace(/\s/g, ""));
}

function withMentions(text, names, isMe) {
  const nodes = [];
  let end = 0;
  for (const mention of findMentions(text, names)) {
    nodes.push(
      text.slice(end, mention.start),
      mentionNode(text.slice(mention.start, mention.end), isMe(mention.name)),
    );
    end = mention.end;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

function mentionNode(text, me) {
  const element = document.createElement("span");
  element.className = "message__mention";
  element.dir = "auto";
  element.toggleAttribute("data-me", me);
  element.textContent = text;
  return element;
}

/**
 * What to copy instead of the selected text if whole messages are selected: what was typed, with
 * the names of the authors if there are several messages; null if no message is selected as a
 * whole. `messages` are {author, body, typed}: two elements and a text.
 */
export function selectedText(messages) {
  const selection = getSelection();
  if (selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const selected = messages
    .map((message) => ({ ...message, part: partWithin(range, message.body) }))
    .filter(({ part }) => part.toString() !== "");
  const isWhole = ({ part, body }) => part.toString() === body.textContent;
  if (!selected.some(isWhole)) return null;
  const texts = selected.map((message, index) => {
    const { author, part, typed } = message;
    const text = isWhole(message) ? typed : linesOf(part.cloneContents());
    const isSame = selected[index - 1]?.author.textContent === author.textContent;
    const named = selected.length > 1 && !isSame && range.intersectsNode(author);
    return named ? `\n${author.textContent}\n${text}` : text;
  });
  return texts.join("\n").trim();
}

/** The part of `range` that is within `element`. */
function partWithin(range, element) {
  const part = document.createRange();
  part.selectNodeContents(element);
  if (!range.intersectsNode(element)) part.collapse();
  else if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0)
    part.setStart(range.startContainer, range.startOffset);
  if (!part.collapsed && part.compareBoundaryPoints(Range.END_TO_END, range) > 0)
    part.setEnd(range.endContainer, range.endOffset);
  return part;
}

/** The text of a fragment, with a line break around each block. */
function linesOf(fragment) {
  for (const block of fragment.querySelectorAll(BLOCKS)) {
    block.before("\n");
    block.after("\n");
  }
  return fragment.textContent.replace(/\n{2,}/gu, "\n").trim();
}
