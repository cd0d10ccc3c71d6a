import assert from "node:assert/strict";
import { test } from "node:test";
import { actText, inForceText, undoneText } from "../../../chat/static/chat/js/moderation/acts.js";

const NOW = new Date("2025-03-09T12:00:00Z");
const said = (act) =>
  actText({ by: "Ada", target: "Ben", ...act }, NOW).replace(/[\u2068\u2069]/g, "");
const clock = (time) => new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(time);

test("an act is a sentence with who did what to whom", () => {
  assert.equal(said({ kind: "remove" }), "Ada removed a message from Ben");
  assert.equal(said({ kind: "role", detail: "moderator" }), "Ada made Ben a moderator");
  assert.equal(said({ kind: "role", detail: "owner" }), "Ben became an owner");
  assert.equal(said({ kind: "role" }), "Ada dismissed Ben as a moderator");
  assert.equal(said({ kind: "pin", detail: "on" }), "Ada pinned a message from Ben");
  assert.equal(said({ kind: "pin", detail: "off" }), "Ada unpinned a message from Ben");
});

test("what ends by itself says when", () => {
  const until = new Date(NOW.getTime() + 600_000);

  const text = said({ kind: "mute", until: until.toISOString() });

  assert.equal(text, `Ada muted Ben · until ${clock(until)}`);
  assert.equal(said({ kind: "ban" }), "Ada banned Ben");
});

test("what the server or an administrator did names nobody", () => {
  assert.match(said({ kind: "raid", by: "", detail: "on" }), /^Many newcomers/);
  assert.match(said({ kind: "raid", detail: "off" }), /^Ada ended/);
  assert.equal(said({ kind: "ban", by: "" }), "An administrator banned Ben");
});

test("a change of the rules says what they are now, as far as this page knows them", () => {
  const detail = JSON.stringify({ slow_seconds: 30, writers: "poets", moon: "full" });

  assert.equal(
    said({ kind: "rules", detail }),
    "Ada changed the rules · Slow mode: 30 seconds between two messages of a person.",
  );
  assert.equal(said({ kind: "rules", detail: "{}" }), "Ada changed the rules");
  assert.equal(said({ kind: "rules", detail: "?" }), "Ada changed the rules");
});

test("an act that only a newer server knows is shown too", () => {
  assert.equal(said({ kind: "knight" }), "Ada did something that this page does not know yet");
});

test("a mute or ban in force says until when", () => {
  const until = new Date(NOW.getTime() + 600_000);
  const act = { kind: "mute", target: "Ben", until: until.toISOString() };

  assert.match(inForceText(act, NOW), /Ben\u2069 is muted · until /);
  assert.match(inForceText({ kind: "ban", target: "Ben" }, NOW), /is banned · for good$/);
});

test("an undone act says by whom", () => {
  assert.equal(undoneText({}), "");
  assert.match(undoneText({ undone_at: NOW.toISOString(), undone_by: "Cy" }, NOW), /by \u2068Cy/);
});
