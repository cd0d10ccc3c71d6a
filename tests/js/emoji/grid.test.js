import assert from "node:assert/strict";
import { test } from "node:test";

import { moved } from "../../../chat/static/chat/js/emoji/grid.js";

// Group 0 has rows of 4, 4 and 2; group 1 one row of 1; group 2 rows of 4 and 1.
const GRID = { lengths: [10, 1, 5], columns: 4 };
const at = (group, index) => ({ group, index });

const MOVES = [
  [at(0, 0), "ArrowRight", at(0, 1)],
  [at(0, 3), "ArrowRight", at(0, 4)],
  [at(0, 9), "ArrowRight", at(1, 0)],
  [at(1, 0), "ArrowLeft", at(0, 9)],
  [at(0, 0), "ArrowLeft", at(0, 0)],
  [at(2, 4), "ArrowRight", at(2, 4)],
  [at(0, 1), "ArrowDown", at(0, 5)],
  [at(0, 7), "ArrowDown", at(0, 9)],
  [at(0, 9), "ArrowDown", at(1, 0)],
  [at(1, 0), "ArrowDown", at(2, 0)],
  [at(2, 4), "ArrowDown", at(2, 4)],
  [at(0, 5), "ArrowUp", at(0, 1)],
  [at(2, 3), "ArrowUp", at(1, 0)],
  [at(1, 0), "ArrowUp", at(0, 8)],
  [at(0, 3), "ArrowUp", null],
  [at(0, 6), "Home", at(0, 4)],
  [at(0, 6), "End", at(0, 7)],
  [at(0, 8), "End", at(0, 9)],
  [at(0, 0), "Enter", undefined],
];

test("arrow keys lead through the rows of all groups", () => {
  for (const [from, key, to] of MOVES)
    assert.deepEqual(moved(from, key, GRID), to, `${key} from ${from.group}, ${from.index}`);
});

test("from right to left, the left arrow leads on", () => {
  const rightToLeft = { ...GRID, rightToLeft: true };

  assert.deepEqual(moved(at(0, 1), "ArrowLeft", rightToLeft), at(0, 2));
  assert.deepEqual(moved(at(0, 1), "ArrowRight", rightToLeft), at(0, 0));
});
