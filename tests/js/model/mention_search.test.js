import assert from "node:assert/strict";
import { test } from "node:test";

import { matching, queryAt } from "../../../chat/static/chat/js/model/mentions.js";

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
