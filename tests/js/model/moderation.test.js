import assert from "node:assert/strict";
import { test } from "node:test";

import { Moderation } from "../../../chat/static/chat/js/model/moderation.js";
import { ConnectionLost, Refusal } from "../../../chat/static/chat/js/net/errors.js";

const rest = () => new Promise((resolve) => setTimeout(resolve));

/** Ada's page, and a server that answers when the test says so. */
function page({ features = ["moderate"] } = {}) {
  const connection = new EventTarget();
  const sent = [];
  const replies = [];
  Object.assign(connection, {
    connected: true,
    state: { name: "connected" },
    command: (type, fields) => {
      sent.push({ type, ...fields });
      return new Promise((resolve, reject) => replies.push({ resolve, reject }));
    },
  });
  const moderation = new Moderation({ connection });
  const tell = (type, detail) => connection.dispatchEvent(new CustomEvent(type, { detail }));
  const enter = (name) => {
    connection.state = { name };
    connection.connected = name === "connected";
    tell("state", connection.state);
  };
  const welcome = (more) => {
    enter("connected");
    tell("welcome", { you: { author_id: "ada" }, features, ...more });
  };
  const room = (more) => tell("room.rules", { rules: {}, roles: [], pins: [], ...more });
  const you = (more) =>
    tell("you.changed", {
      role: null,
      is_regular: false,
      is_muted: false,
      muted_until: null,
      held: [],
      ...more,
    });
  const lose = () => {
    enter("waiting");
    replies.shift().reject(new ConnectionLost());
  };
  const refuse = (refusal) => replies.shift().reject(new Refusal(refusal));
  welcome();
  return { connection, moderation, sent, replies, enter, tell, welcome, room, you, lose, refuse };
}

const roles = [
  { author_id: "olga", name: "Olga", role: "owner" },
  { author_id: "ada", name: "Ada", role: "moderator" },
  { author_id: "max", name: "Max", role: "moderator" },
];

test("rules that the server leaves out have their defaults", () => {
  const { moderation, room } = page();
  const plain = { ...moderation.rules };

  room({ rules: { slow_seconds: 30 } });

  assert.equal(plain.writers, "everybody");
  assert.deepEqual(moderation.rules, { ...plain, slow_seconds: 30 });
});

test("the page knows who decides, what is pinned, and until when a raid lasts", () => {
  const { moderation, room } = page();
  let changes = 0;
  moderation.addEventListener("change", () => {
    changes += 1;
  });

  room({ roles, pins: [7, 3], raid_until: "2030-01-01T00:00:00.000Z" });

  assert.equal(changes, 1);
  assert.deepEqual(
    ["olga", "ada", "bob"].map((id) => moderation.roleOf(id)),
    ["owner", "moderator", null],
  );
  assert.deepEqual(moderation.pins, [7, 3]);
  assert.equal(moderation.raidUntil.getTime(), Date.UTC(2030, 0, 1));
});

test("moderators act on everybody but owners, other moderators and themselves", () => {
  const { moderation, room, you } = page();
  const acted = () => ["bob", "max", "olga", "ada"].filter((id) => moderation.canActOn(id));
  room({ roles });
  assert.deepEqual([moderation.canModerate, acted()], [false, []]);

  you({ role: "moderator" });
  assert.deepEqual(
    [moderation.canModerate, moderation.canAppoint, acted()],
    [true, false, ["bob"]],
  );

  you({ role: "owner" });
  assert.deepEqual([moderation.canAppoint, acted()], [true, ["bob", "max"]]);
});

test("whoever lost their role does not see what waits for moderators any more", () => {
  const { moderation, tell, you } = page();
  you({ role: "moderator" });
  tell("moderation.changed", { held: 2, reports: 3 });
  assert.deepEqual([moderation.held, moderation.reports], [2, 3]);

  you({ role: null });

  assert.deepEqual([moderation.held, moderation.reports], [0, 0]);
});

test("a server without moderation leaves nothing of what another one said", () => {
  const { moderation, tell, welcome, room, you } = page();
  room({ roles, rules: { writers: "moderators" }, pins: [1] });
  you({ role: "owner", is_muted: true });
  tell("moderation.changed", { held: 2, reports: 3 });

  welcome({ features: undefined });

  assert.equal(moderation.isOffered, false);
  assert.equal(moderation.closed, null);
  assert.equal(moderation.canModerate, false);
  assert.deepEqual(moderation.pins, []);
  assert.equal(moderation.roleOf("olga"), null);
  assert.equal(moderation.held, 0);
});

test("a reconnect does not forget the roles until the server sends them again", () => {
  const { moderation, welcome, room } = page();
  room({ roles });

  welcome();

  assert.equal(moderation.roleOf("olga"), "owner");
});

test("the page says why one may not write", () => {
  const { moderation, room, you } = page();
  room({ rules: { writers: "regulars" } });
  assert.equal(moderation.closed, null, "nothing is known of the reader yet");

  you();
  assert.equal(moderation.closed, "regulars");
  you({ is_regular: true });
  assert.equal(moderation.closed, null);
  room({ rules: { writers: "moderators" } });
  assert.equal(moderation.closed, "moderators");
  you({ role: "moderator" });
  assert.equal(moderation.closed, null);
  you({ role: "moderator", is_muted: true });
  assert.equal(moderation.closed, "muted");
});

test("a mute ends by itself", async () => {
  const { moderation, you } = page();
  const ended = new Promise((resolve) =>
    moderation.addEventListener("change", () => moderation.closed === null && resolve()),
  );

  you({ is_muted: true, muted_until: new Date(Date.now() + 200).toISOString() });
  assert.equal(moderation.closed, "muted");

  await ended;
});

test("an act is resent with the same id after a reconnect, and can be undone", async () => {
  const { moderation, sent, replies, lose, welcome } = page();
  const done = moderation.act("act.mute", { author_id: "bob", seconds: 600 });
  lose();
  await rest();
  assert.equal(sent.length, 1, "not while there is no connection");

  welcome();
  await rest();
  replies.shift().resolve({});
  const act_id = await done;
  moderation.undo(act_id);

  assert.match(act_id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(sent, [
    { type: "act.mute", act_id, author_id: "bob", seconds: 600 },
    { type: "act.mute", act_id, author_id: "bob", seconds: 600 },
    { type: "act.undo", act_id },
  ]);
});

test("an act waits for a server that is busy, and for no other refusal", async () => {
  const { moderation, sent, replies, refuse } = page();
  const done = moderation.act("act.remove", { seq: 3 });
  refuse({ code: "busy", retry_in_ms: 1 });
  const deadline = Date.now() + 20_000;
  while (sent.length < 2 && Date.now() < deadline) await rest();
  replies.shift().resolve({});
  await done;

  const refused = moderation.act("act.remove", { seq: 3 });
  refuse({ code: "not_allowed" });

  await assert.rejects(refused, { code: "not_allowed" });
  assert.equal(sent.length, 3);
});

test("an act fails when the page does not reconnect", async () => {
  const { moderation, enter, lose } = page();
  const done = moderation.act("act.sweep", { author_id: "bob" });
  lose();
  await rest();

  enter("stopped");

  await assert.rejects(done, ConnectionLost);
  await assert.rejects(moderation.report({ seq: 1 }), ConnectionLost);
});

test("an act fails when the server that the page reconnects to does not know it", async () => {
  const { moderation, sent, lose, welcome } = page();
  const done = moderation.act("act.sweep", { author_id: "bob" });
  lose();

  welcome({ features: [] });

  await assert.rejects(done, Refusal);
  assert.equal(sent.length, 1);
});

test("a report has an optional reason", () => {
  const { moderation, sent } = page();

  moderation.report({ seq: 4, reason: "Spam" });
  moderation.report({ seq: 5 });

  assert.deepEqual(sent, [
    { type: "message.report", seq: 4, reason: "Spam" },
    { type: "message.report", seq: 5, reason: "" },
  ]);
});

test("a change of the rules is told with what they were, the first ones are not", () => {
  const { moderation, room, welcome } = page();
  const told = [];
  moderation.addEventListener("rules", ({ detail: { before, after } }) =>
    told.push([before.slow_seconds, after.slow_seconds]),
  );

  room({ rules: { slow_seconds: 30 } });
  assert.equal(moderation.hasRules, true);
  room({ rules: { slow_seconds: 30 }, pins: [1] });
  assert.deepEqual(told, []);
  room({ rules: { slow_seconds: 60 } });
  welcome();
  room({ rules: { slow_seconds: 60 } });
  room();
  assert.equal(moderation.hasRules, false);

  assert.deepEqual(told, [
    [30, 60],
    [60, 0],
  ]);
});
