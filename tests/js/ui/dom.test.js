import assert from "node:assert/strict";
import { test } from "node:test";

import { Pace } from "../../../chat/static/chat/js/ui/dom.js";

test("a quiet room is drawn without delay, a flood eight times a second", () => {
  const pace = new Pace({ perSecond: 8, burst: 10 });
  for (let now = 1_000; now < 60_000; now += 125) assert.equal(pace.take(now), 0);

  const draws = [];
  for (let now = 60_000; now < 70_000; ) {
    const due = now + pace.take(now);
    draws.push(due);
    now = due + 20; // another message comes
  }

  assert.deepEqual(
    draws.slice(0, 10),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((count) => 60_000 + 20 * count),
  );
  assert.ok(draws.length <= 10 + 80 + 1, String(draws.length));
  assert.equal(pace.take(100_000), 0);
});
