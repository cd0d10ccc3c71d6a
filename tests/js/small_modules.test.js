import assert from "node:assert/strict";
import { test } from "node:test";

import { sharedText } from "../../chat/static/chat/js/composer/composer.js";
import { excerpt } from "../../chat/static/chat/js/messages/message_text.js";
import { Backoff } from "../../chat/static/chat/js/net/connection.js";
import { uuid } from "../../chat/static/chat/js/net/outbox.js";
import { initialOf, markOf, namesakes } from "../../chat/static/chat/js/people/author.js";
import { latinKey } from "../../chat/static/chat/js/ui/keyboard.js";

test("the backoff is random, grows, and has a limit", () => {
  const backoff = new Backoff({ first: 100, last: 1000, random: () => 1 });

  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map(() => backoff.next()),
    [100, 200, 400, 800, 1000, 1000],
  );
  backoff.reset();
  assert.equal(backoff.next(), 100);
  assert.equal(new Backoff({ random: () => 0 }).next(), 0);
});

test("what another app shares becomes one text without repetition", () => {
  assert.equal(sharedText(""), "");
  assert.equal(sharedText("?other=1&text=%20"), "");
  assert.equal(
    sharedText("?title=A+plan&text=Look+here&url=https://a.example/"),
    "A plan\nLook here\nhttps://a.example/",
  );
  assert.equal(
    sharedText("?title=A+plan&text=A+plan+https://a.example/&url=https://a.example/"),
    "A plan\nA plan https://a.example/",
  );
});

test("ids are version 4 UUIDs, also outside secure contexts", (t) => {
  t.mock.method(crypto, "randomUUID", () => assert.fail("not everywhere"));

  const [first, second] = [uuid(), uuid()];

  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first, second);
});

test("an excerpt ends between words, and never within a character", () => {
  assert.equal(excerpt("short", 5), "short");
  assert.equal(excerpt("one two three", 9), "one two…");
  assert.equal(excerpt("🎉".repeat(9), 4), "🎉🎉🎉🎉…");
  assert.equal(excerpt("x".repeat(99), 40), `${"x".repeat(40)}…`);
});

test("an author has an initial as people see it, and a mark", () => {
  assert.equal(initialOf("élodie"), "É");
  assert.equal(initialOf("👩‍🚀 Ada"), "👩‍🚀");
  assert.equal(initialOf(""), "?");
  assert.equal(markOf("8f2c-00AB"), "#00ab");
});

test("a key is the same on keyboards of other scripts", () => {
  assert.equal(latinKey({ key: "ة", code: "KeyM" }), "m"); // Arabic
  assert.equal(latinKey({ key: "Ь", code: "KeyM", shiftKey: true }), "M"); // Russian
  assert.equal(latinKey({ key: "؟", code: "Slash", shiftKey: true }), "?");
  assert.equal(latinKey({ key: "m", code: "Semicolon" }), "m"); // French: the letter counts
  assert.equal(latinKey({ key: "Enter", code: "Enter" }), "Enter");
  assert.equal(latinKey({ key: "ز" }), "ز"); // an on-screen keyboard has no codes
});

test("namesakes are found, however they write their name", () => {
  const people = [
    ["1", "Ada"],
    ["1", "Ada"],
    ["2", "Bob"],
    ["3", "\uff22o\u0301b "],
    ["1", "Ada L."],
    ["4", "Zoe\u200d"],
    ["5", "ZOE"],
  ];
  const isShared = namesakes(people.map(([author_id, name]) => ({ author_id, name })));

  assert.deepEqual(["Ada", "Bob", "Ada L.", "ZOE", "nobody"].map(isShared), [
    false,
    true,
    false,
    true,
    false,
  ]);
});
