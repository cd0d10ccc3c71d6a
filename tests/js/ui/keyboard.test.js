import assert from "node:assert/strict";
import { test } from "node:test";

import { latinKey } from "../../../chat/static/chat/js/ui/keyboard.js";

test("a key is the same on keyboards of other scripts", () => {
  assert.equal(latinKey({ key: "ة", code: "KeyM" }), "m"); // Arabic
  assert.equal(latinKey({ key: "Ь", code: "KeyM", shiftKey: true }), "M"); // Russian
  assert.equal(latinKey({ key: "؟", code: "Slash", shiftKey: true }), "?");
  assert.equal(latinKey({ key: "m", code: "Semicolon" }), "m"); // French: the letter counts
  assert.equal(latinKey({ key: "Enter", code: "Enter" }), "Enter");
  assert.equal(latinKey({ key: "ز" }), "ز"); // an on-screen keyboard has no codes
});
