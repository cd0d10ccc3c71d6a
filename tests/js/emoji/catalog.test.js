import assert from "node:assert/strict";
import { test } from "node:test";

import {
  codeAt,
  EmojiCatalog,
  inTone,
  queryAt,
} from "../../../chat/static/chat/js/emoji/catalog.js";

const GERMAN = new EmojiCatalog({
  groups: [
    [
      "Smileys",
      [
        ["😂", "gesicht mit freudentränen", "face_with_tears_of_joy joy", "", 0.6],
        ["😍", "lächelndes gesicht mit herzförmigen augen", "heart_eyes", "", 0.6],
        ["❤️", "rotes herz", "red_heart heart", "", 0.6],
      ],
    ],
    [
      "Hände",
      [
        ["👍", "daumen hoch", "thumbs_up thumbsup +1", "👍🏻", 0.6],
        ["☝️", "nach oben weisender zeigefinger", "index_pointing_up point_up", "☝🏻", 0.6],
        ["🤝", "handschlag", "handshake", "🤝🏻", 3],
      ],
    ],
  ],
  tones: [
    ["🏻", "helle hautfarbe"],
    ["🏿", "dunkle hautfarbe"],
  ],
});

const found = (query) => GERMAN.search(query).map(({ emoji }) => emoji);

test("emoji are found by words of their names in the page's language and in English", () => {
  assert.deepEqual(found("daumen"), ["👍"]);
  assert.deepEqual(found("thumbs"), ["👍"]);
  assert.deepEqual(found("thumbs_up"), ["👍"]);
  assert.deepEqual(found("+1"), ["👍"]);
  assert.deepEqual(found("mit gesicht"), ["😂", "😍"]);
  assert.deepEqual(found("lacheln"), ["😍"]);
  assert.deepEqual(found("LÄCHEL"), ["😍"]);
  assert.deepEqual(found("nothing like it"), []);
  assert.deepEqual(found("  "), []);
});

test("a whole name comes before the start of one, and both before a word in one", () => {
  assert.deepEqual(found("hea"), ["😍", "❤️"]);
  assert.deepEqual(found("heart"), ["❤️", "😍"]);
  assert.deepEqual(found("herz"), ["😍", "❤️"]);
  assert.deepEqual(found("hand"), ["🤝"]);
});

test("parts of words are found where nothing starts with the query", () => {
  assert.deepEqual(found("tränen"), ["😂"]);
});

test("a code is known in English and in the page's language, in any case", () => {
  for (const code of ["thumbsup", "ThumbsUp", "+1", "daumen_hoch"])
    assert.equal(GERMAN.itemOfCode(code)?.emoji, "👍", code);
  assert.equal(GERMAN.itemOfCode("thumb"), undefined);
});

test("an emoji is known in every skin tone, with and without variation selectors", () => {
  for (const emoji of ["👍", "👍🏻", "👍🏿"])
    assert.equal(GERMAN.itemOf(emoji).name, "daumen hoch");
  for (const emoji of ["☝️", "☝🏽", "☝"])
    assert.equal(GERMAN.itemOf(emoji).name, "nach oben weisender zeigefinger");
  assert.equal(GERMAN.itemOf("🦄"), undefined);
});

test("a skin tone is applied where there is one", () => {
  const [joy, up] = [GERMAN.itemOf("😂"), GERMAN.itemOf("☝️")];

  assert.equal(inTone(up, "🏿"), "☝🏿");
  assert.equal(inTone(up, ""), "☝️");
  assert.equal(inTone(joy, "🏿"), "😂");
});

const AFTER = ["", "Hi ", "Hi\n", "(", "„", "**", "`done` ", "```\ncode\n```\n", "> "];
const NOT_AFTER = ["10", "https", "a", "é", "1", "`", "`a ", "```\n", "```js\nx\n```\n```\n", ":"];

test("a name is completed where a word starts, and not in code, times or links", () => {
  for (const before of AFTER) {
    const text = `${before}:thu`;
    const expected = { start: before.length, query: "thu" };
    assert.deepEqual(queryAt(text, text.length), expected, before);
  }
  for (const before of NOT_AFTER) {
    const text = `${before}:thu`;
    assert.equal(queryAt(text, text.length), null, before);
  }
});

test("two letters start completing, a digit or a sign does not", () => {
  const query = (text) => queryAt(text, text.length)?.query;

  assert.equal(query(":t"), undefined);
  assert.equal(query(":th"), "th");
  assert.equal(query(":قل"), "قل");
  assert.equal(query(":30"), undefined);
  assert.equal(query(":-)"), undefined);
  assert.equal(query(":th up"), undefined);
  assert.equal(query("// :thumbs_u"), "thumbs_u");
  assert.equal(query(`:${"x".repeat(41)}`), undefined);
  assert.deepEqual(queryAt("a :thu b", 6), { start: 2, query: "thu" });
});

test("a whole code ends at the caret with a second colon", () => {
  const code = (text) => codeAt(text, text.length);

  assert.deepEqual(code("Hi :thumbsup:"), { start: 3, code: "thumbsup" });
  assert.deepEqual(code(":+1:"), { start: 0, code: "+1" });
  assert.deepEqual(codeAt(":+1: and", 4), { start: 0, code: "+1" });
  for (const text of ["10:30:", "a:b1:", "::", ":a b:", "`:+1:", "```\n:+1:", ":+1", ":1:"])
    assert.equal(code(text), null, text);
});
