import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../../chat/static/chat/js/net/connection.js";

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
