/** What a person typed, as nodes. Only text nodes and links are ever made: there is no way from here to markup. */
import { findMentions } from "../model/mentions.js";

// Not what is a sign like © unless U+FE0F says so. With keycaps, flags made of letters and of tags, and what U+200D joins.
const EMOJI =
  "(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}(?=[\\ufe0f\\p{Emoji_Modifier}])|[#*0-9](?=\\ufe0f?\\u20e3))";
const REST =
  "[\\ufe0f\\u20e3\\p{Emoji_Modifier}\\u{e0020}-\\u{e007f}]|\\u200d\\p{Extended_Pictographic}";
const EMOJI_ONLY = new RegExp(`^(?:${EMOJI}(?:${REST})*)+$`, "u");
const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const MOST_EMOJI = 24; // UTF-16 units; about six

/** `segments` as splitLinks returns them; `names` are those that may be mentioned, a Names; `isMe(name)` tells which are the reader's. */
export function textNodes(segments, { names, isMe }) {
  const fragment = document.createDocumentFragment();
  for (const { text, href } of segments) {
    if (href) fragment.append(link(text, href));
    else fragment.append(...withMentions(text, names, isMe));
  }
  return fragment;
}

/** Is the last paragraph written from right to left? A paragraph goes as its first letter does. */
export function endsFromRight(body) {
  const [letter] = /\p{L}/u.exec(body.slice(body.trimEnd().lastIndexOf("\n") + 1)) ?? [""];
  return FROM_RIGHT.test(letter);
}

export function isEmojiOnly(body) {
  return body.length <= MOST_EMOJI && EMOJI_ONLY.test(body.replace(/\s/g, ""));
}

function withMentions(text, names, isMe) {
  const nodes = [];
  let end = 0;
  for (const mention of findMentions(text, names)) {
    nodes.push(
      text.slice(end, mention.start),
      at(text.slice(mention.start, mention.end), isMe(mention.name)),
    );
    end = mention.end;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

function at(text, me) {
  const element = document.createElement("span");
  element.className = "at";
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
