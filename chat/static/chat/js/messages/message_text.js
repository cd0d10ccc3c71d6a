/** A message's text as nodes. Only text nodes, links and mentions are made, never markup. */
import { findMentions } from "../model/mentions.js";

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

/** `segments` are those of splitLinks; `names` may be mentioned; `isMe(name)`: is it the reader? */
export function textNodes(segments, { names, isMe }) {
  const fragment = document.createDocumentFragment();
  for (const { text, href } of segments) {
    if (href) fragment.append(link(text, href));
    else fragment.append(...withMentions(text, names, isMe));
  }
  return fragment;
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

function link(text, href) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.rel = "noopener noreferrer nofollow ugc";
  anchor.target = "_blank";
  anchor.dir = "ltr";
  anchor.textContent = text.replace(/^mailto:/i, "");
  return anchor;
}

/** The first `length` characters of `text`, or somewhat fewer, cut between words. */
export function excerpt(text, length) {
  const characters = [...text]; // code points, so that no emoji is cut in half
  if (characters.length <= length) return text;
  const beginning = characters.slice(0, length).join("");
  return `${beginning.replace(/(\s)\S{0,30}$/u, "$1").trimEnd()}…`;
}
