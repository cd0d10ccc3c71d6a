import assert from "node:assert/strict";
import { test } from "node:test";

import { Excerpt } from "../../chat/static/chat/js/excerpt.js";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index }));
const page = (from, to, more) => ({ more, messages: range(from, to) });

test("it grows without a gap: pages of long messages may be cut, and it asks for less until they reach it", () => {
  const excerpt = new Excerpt(page(11, 20, true), 21);
  assert.equal(excerpt.next.before, 71);

  excerpt.append(page(30, 70, true), 71);
  assert.equal(excerpt.end, 20);
  assert.equal(excerpt.next.before, 46);
  excerpt.append(page(15, 45, true), 46);
  excerpt.prepend(page(1, 10, false), excerpt.before);
  excerpt.prepend(page(5, 9, true), 99);

  assert.deepEqual([excerpt.start, excerpt.end, excerpt.hasOlder], [0, 45, false]);
  assert.deepEqual(excerpt.messages, range(1, 45));
});
