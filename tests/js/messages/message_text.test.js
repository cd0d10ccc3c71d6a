import assert from "node:assert/strict";
import { test } from "node:test";

import { excerpt } from "../../../chat/static/chat/js/messages/formatting.js";
import { isEmojiOnly } from "../../../chat/static/chat/js/messages/message_text.js";

test("all kinds of emoji are found, but no digits, signs and words", () => {
  for (const body of [
    "🎉",
    "👍🏽",
    "☝🏽",
    "❤️",
    "🇩🇪 🇫🇷",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "1️⃣",
    "👩‍🚀",
    "🏳️‍🌈",
    "🧔‍♂️",
    "👨‍👩‍👧‍👦",
  ])
    assert.ok(isEmojiOnly(body), body);
  for (const body of ["©", "12", "#", "", "a🎉", "™ 🎉", "🎉".repeat(100)])
    assert.ok(!isEmojiOnly(body), body);
});

test("an excerpt ends between words, and never within a character", () => {
  assert.equal(excerpt("short", 5), "short");
  assert.equal(excerpt("one two three", 9), "one two…");
  assert.equal(excerpt("🎉".repeat(9), 4), "🎉🎉🎉🎉…");
  assert.equal(excerpt("x".repeat(99), 40), `${"x".repeat(40)}…`);
});
