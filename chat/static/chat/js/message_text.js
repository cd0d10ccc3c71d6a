/** What a person typed, as nodes. Only text nodes and links are ever made: there is no way from here to markup. */
import { splitLinks } from "./links.js";

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]?|\p{Regional_Indicator}{2}|\u200d)+$/u;
const MOST_EMOJI = 24; // UTF-16 units; about six

export function textNodes(body) {
  const fragment = document.createDocumentFragment();
  for (const { text, href } of splitLinks(body)) fragment.append(href ? link(text, href) : text);
  return fragment;
}

export function isEmojiOnly(body) {
  return body.length <= MOST_EMOJI && EMOJI_ONLY.test(body.replace(/\s/g, ""));
}

function link(text, href) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.rel = "noopener noreferrer nofollow ugc";
  anchor.target = "_blank";
  anchor.textContent = text;
  return anchor;
}
