import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  parse,
  plainText,
  proseOf,
  typedText,
} from "../../../chat/static/chat/js/messages/formatting.js";

const vectors = JSON.parse(readFileSync(new URL("../../formatting.json", import.meta.url)));

for (const { case: name, text, tree, plain } of vectors) {
  test(`messages are formatted as by the server: ${name}`, () => {
    assert.deepEqual(parse(text), tree);
    assert.equal(plainText(tree), plain);
    assert.equal(typedText(tree), text);
  });
}

test("people are mentioned in marked text, but not in code and links", () => {
  const text = "a **@b *@c*** `@d` https://example.org/@e\n> - @f\n```\n@g\n```";

  assert.deepEqual(proseOf(parse(text)), ["a ", "@b ", "@c", " ", " ", "@f"]);
});
