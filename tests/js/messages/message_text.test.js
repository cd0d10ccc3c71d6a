import assert from "node:assert/strict";
import { test } from "node:test";

import { isEmojiOnly } from "../../../chat/static/chat/js/messages/message_text.js";

test("emoji of every make are emoji; digits, signs and words are not", () => {
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
