import assert from "node:assert/strict";
import { test } from "node:test";

import { dayKey, dayName, minuteKey, moment } from "../../chat/static/chat/js/i18n.js";

test("a day is a local calendar day, also when the clock changes", () => {
  process.env.TZ = "Europe/Berlin"; // the clock went forward on 30 March 2025
  const now = new Date("2025-03-30T22:30:00Z"); // the 31st, in Berlin

  assert.equal(dayKey(now), "2025-03-31");
  assert.equal(dayName(new Date("2025-03-30T23:00:00Z"), now), "Today");
  assert.equal(dayName(new Date("2025-03-29T23:30:00Z"), now), "Yesterday");
  assert.match(dayName(new Date("2025-03-29T22:30:00Z"), now), /29/);
  assert.match(dayName(new Date("2024-12-31T12:00:00Z"), now), /2024/);
});

test("a moment includes the day unless that is today", () => {
  const now = new Date(2025, 2, 9, 20, 0);

  assert.doesNotMatch(moment(new Date(2025, 2, 9, 14, 5), now), /Mar|9/);
  assert.match(moment(new Date(2025, 2, 8, 14, 5), now), /Mar.*05/);
});

test("times are grouped by the minute of the clock", () => {
  const key = (time) => minuteKey(new Date(`2025-03-09T${time}Z`));

  assert.equal(key("12:00:00"), key("12:00:59.999"));
  assert.notEqual(key("12:00:59.999"), key("12:01:00"));
});
