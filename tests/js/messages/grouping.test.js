import assert from "node:assert/strict";
import { test } from "node:test";

import { groupMessages } from "../../../chat/static/chat/js/messages/grouping.js";

const at = (author_id, hour, minute, second, day = 9) => ({
  author_id,
  author_name: author_id,
  client_message_id: [day, hour, minute, second].join(),
  posted_at: new Date(2025, 2, day, hour, minute, second).toISOString(),
});
const shape = (rows) =>
  rows.map(({ kind, introduced, timed }) =>
    kind === "message" ? `${introduced ? "name " : ""}${timed ? "time" : ""}` : kind,
  );

test("messages are arranged by day, author and minute", () => {
  const rows = groupMessages([
    at("ada", 12, 0, 0),
    at("ada", 12, 0, 30),
    at("ada", 12, 1, 0),
    at("bob", 12, 1, 5),
    at("bob", 12, 30, 0),
    at("bob", 12, 30, 1, 10),
  ]);

  assert.deepEqual(shape(rows), [
    "day",
    "name ",
    "time",
    "time",
    "name time",
    "name time",
    "day",
    "name time",
  ]);
});

test("an author with a new name is introduced again", () => {
  const rows = groupMessages([
    at("ada", 12, 0, 0),
    { ...at("ada", 12, 1, 0), author_name: "Ada L." },
  ]);

  assert.deepEqual(shape(rows), ["day", "name time", "name time"]);
});

test("new messages start with a line and a name", () => {
  const items = [at("ada", 12, 0, 0), at("ada", 12, 0, 30)];

  assert.deepEqual(shape(groupMessages(items, { newFrom: items[1] })), [
    "day",
    "name time",
    "new",
    "name time",
  ]);
});

test("a waiting message shows its state, and the one before its time", () => {
  const items = [at("ada", 12, 0, 0), { ...at("ada", 12, 0, 30), state: "waiting" }];

  assert.deepEqual(shape(groupMessages(items)), ["day", "name time", "time"]);
});
