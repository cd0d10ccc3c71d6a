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

test("hidden messages of one author are one row each time, on their day", () => {
  const hides = ({ author_id }) => author_id !== "ada";
  const rows = groupMessages(
    [
      at("ada", 12, 0, 0),
      at("bob", 12, 0, 1),
      at("bob", 12, 0, 2),
      at("cy", 12, 0, 3),
      at("ada", 12, 0, 4),
      at("bob", 12, 0, 0, 10),
      at("ada", 12, 0, 1, 10),
    ],
    { hides },
  );

  assert.deepEqual(shape(rows), [
    "day",
    "name time",
    "hidden",
    "hidden",
    "name time",
    "day",
    "hidden",
    "name time",
  ]);
  assert.deepEqual(
    rows.filter(({ kind }) => kind === "hidden").map(({ folded }) => folded.length),
    [1, 0, 0],
  );
});

test("a message that was revealed names its author", () => {
  const items = [at("bob", 12, 0, 1), at("bob", 12, 0, 2)];
  const rows = groupMessages(items, { hides: (item) => item === items[0] });

  assert.deepEqual(shape(rows), ["day", "hidden", "name time"]);
});

test("deleted messages of hidden people are in the row of their other messages", () => {
  const gone = { ...at("bob", 12, 0, 1), deleted_at: "now" };
  const hides = ({ author_id }) => author_id === "bob";
  const rows = groupMessages(
    [{ ...at("ada", 12, 0, 0), deleted_at: "now" }, gone, at("bob", 12, 0, 2)],
    { hides },
  );

  assert.deepEqual(shape(rows), ["day", "name time", "hidden"]);
});
