import assert from "node:assert/strict";
import { test } from "node:test";

import { EmojiChoices, USUAL } from "../../../chat/static/chat/js/emoji/choices.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

function choicesIn(storage) {
  return new EmojiChoices({ storage: new SafeStorage(() => storage), key: "emoji" });
}

test("the latest emoji come first, each once, and stay for the next visit", () => {
  const storage = new Storage();
  for (const emoji of ["🦄", "🍕", "🚀", "🍕"]) choicesIn(storage).add(emoji);

  assert.deepEqual(choicesIn(storage).recent, ["🍕", "🚀", "🦄"]);
});

test("only so many are kept", () => {
  const choices = choicesIn(new Storage());
  for (let index = 0; index < 100; index += 1) choices.add(String.fromCodePoint(0x1f400 + index));

  assert.equal(choices.recent.length, 24);
  assert.equal(choices.recent[0], String.fromCodePoint(0x1f400 + 99));
});

test("the quick ones are the usual six and the two latest others", () => {
  const choices = choicesIn(new Storage());
  assert.deepEqual(choices.quick, ["👍", "❤️", "😂", "🎉", "😮", "😢"]);
  assert.deepEqual(choices.favourites, ["👍", "❤️"]);

  for (const emoji of ["🦄", "🍕", "🚀", "👍"]) choices.add(emoji);

  assert.deepEqual(choices.quick, [...USUAL, "🚀", "🍕"]);
  assert.deepEqual(choices.favourites, ["👍", "🚀"]);
});

test("a skin tone is remembered beside the latest emoji", () => {
  const storage = new Storage();
  assert.equal(choicesIn(storage).tone, "");
  choicesIn(storage).add("🦄");

  choicesIn(storage).tone = "🏽";

  assert.equal(choicesIn(storage).tone, "🏽");
  assert.deepEqual(choicesIn(storage).recent, ["🦄"]);
});

test("what something else stored is ignored", () => {
  for (const value of [
    "",
    "{",
    "null",
    "3",
    '{"recent": 3, "tone": []}',
    '{"recent": [1, null]}',
  ]) {
    const storage = new Storage();
    storage.setItem("emoji", value);

    assert.deepEqual(choicesIn(storage).recent, [], value);
    assert.equal(choicesIn(storage).tone, "", value);
  }
});
