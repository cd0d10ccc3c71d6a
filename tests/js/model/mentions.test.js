import assert from "node:assert/strict";
import { test } from "node:test";

import {
  findMentions,
  matching,
  mentions,
  Names,
  queryAt,
} from "../../../chat/static/chat/js/model/mentions.js";

const NAMED = [
  ["Hello @Ada, are you there?", "Ada"],
  ["hello @ADA!", "Ada"],
  ["@Ada's cake", "Ada"],
  ["(@amber otter)", "Amber Otter"],
  ["@@Ada", "Ada"],
  ["https://example.org/ and @Ada?", "Ada"],
  ["@José", "JOSÉ"],
  ["@Jose\u0301", "José"],
  ["@ΟΔΥΣΣΕΎΣ", "Οδυσσεύς"],
  ["يا @نورة، تعالي", "نورة"],
  ["谢谢@田中", "田中"],
  ["@田中さん、こんにちは", "田中"],
  ["@🦊 Fox, hi", "🦊 fox"],
  ["@Jonas W.", "Jonas W."],
];

const NOT_NAMED = [
  ["Hello Ada", "Ada"],
  ["@Amber", "Amber Otter"],
  ["@Adam and @Ada1 and @Ada_", "Ada"],
  ["post@ada or x@Ada.example", "Ada"],
  ["https://example.org/@Ada and then?", "Ada"],
  ["@Jose", "José"],
  ["@STRASSE 7", "straße 7"],
  ["@نورةx", "نورة"],
  ["@Jonas W", "Jonas W."],
  ["@", ""],
  ["@".repeat(4000), "Ada"],
];

test("names are found where a person would see them", () => {
  for (const [body, name] of NAMED) assert.ok(mentions(body, name), `${body} names ${name}`);
  for (const [body, name] of NOT_NAMED)
    assert.ok(!mentions(body, name), `${body} does not name ${name}`);
});

test("of two names the longer one is mentioned", () => {
  const names = new Names(["Ann", "Ann Lee", "Lee"]);

  const found = findMentions("@Ann Lee met @ann and @Lee", names);

  assert.deepEqual(
    found.map(({ name, start, end }) => [name, start, end]),
    [
      ["Ann Lee", 0, 8],
      ["Ann", 13, 17],
      ["Lee", 22, 26],
    ],
  );
  assert.deepEqual(
    [mentions("@Ann Lee", "Ann"), mentions("@Ann Lee", "Ann", ["Ann Lee"])],
    [true, false],
  );
});

const PEOPLE = ["Zoë Adams", "ada", "Noah", "نورة", "Éric"].map((name) => ({ name }));

test("names are found by any word, without case and accents; whole names first", () => {
  const found = (query) => matching(PEOPLE, query).map(({ name }) => name);

  assert.deepEqual(found("AD"), ["ada", "Zoë Adams"]);
  assert.deepEqual(found("zoe a"), ["Zoë Adams"]);
  assert.deepEqual(found("e"), ["Éric"]);
  assert.deepEqual(found("نو"), ["نورة"]);
  assert.deepEqual(found("zoë adams "), []);
});

test("an @ starts a name only at the start of a word; the name ends with the line", () => {
  const at = (text, caret = text.length) => queryAt(text, caret);

  assert.equal(at("a@b"), null);
  assert.deepEqual(at("(@b c"), { start: 1, query: "b c" });
  assert.deepEqual(at("@x y", 2), { start: 0, query: "x" });
  assert.equal(at("@a\nb"), null);
});
