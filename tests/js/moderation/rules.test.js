import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_RULES } from "../../../chat/static/chat/js/model/moderation.js";
import { changedRules, duration, PAUSES } from "../../../chat/static/chat/js/moderation/rules.js";

const changed = (after, before = {}) =>
  changedRules({ ...NO_RULES, ...before }, { ...NO_RULES, ...after });

test("only the rules that changed are mentioned", () => {
  assert.deepEqual(changed({}), []);
  assert.deepEqual(changed({ slow_seconds: 300, writers: "regulars" }), [
    "Slow mode: 5 minutes between two messages of a person.",
    "Only regulars can write.",
  ]);
  assert.deepEqual(changed({}, { slow_seconds: 300, hold: "everybody" }), [
    "Slow mode is off.",
    "Messages appear without approval.",
  ]);
});

test("there is a sentence for each value of each rule", () => {
  const values = {
    slow_seconds: PAUSES.slice(1),
    writers: ["regulars", "moderators"],
    hold: ["newcomers", "everybody"],
    hold_links: [true],
    keep_pins: [true],
  };

  assert.deepEqual(Object.keys(values), Object.keys(NO_RULES));
  for (const [name, others] of Object.entries(values)) {
    for (const value of others) {
      const [on] = changed({ [name]: value });
      const [off] = changed({}, { [name]: value });
      assert.ok(on && off && on !== off, `${name}: ${value}`);
    }
  }
});

test("a value that only a newer server knows is left out", () => {
  assert.deepEqual(changed({ writers: "poets" }), []);
});

test("a duration is given in its largest whole unit", () => {
  assert.deepEqual([1, 30, 60, 90, 300, 3600, 21600].map(duration), [
    "1 second",
    "30 seconds",
    "1 minute",
    "90 seconds",
    "5 minutes",
    "1 hour",
    "6 hours",
  ]);
});
