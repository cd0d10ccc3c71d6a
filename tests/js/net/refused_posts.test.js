import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Changes } from "../../../chat/static/chat/js/model/changes.js";
import { Moderation } from "../../../chat/static/chat/js/model/moderation.js";
import { Delivery } from "../../../chat/static/chat/js/net/delivery.js";
import { Refusal } from "../../../chat/static/chat/js/net/errors.js";
import { Outbox } from "../../../chat/static/chat/js/net/outbox.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

let browsers = 0;
const tabs = [];
afterEach(() => {
  for (const { connection, moderation } of tabs.splice(0)) {
    connection.connected = false; // so that nothing is sent, and refused, again
    moderation.pauseUntil(0); // Node waits for timers
  }
});

/** A tab whose server answers a command with what `answers` has for its body or seq. */
function tab({ kept = new Storage(), answers = {} } = {}) {
  const storage = new SafeStorage(() => kept);
  const outbox = new Outbox({ storage, prefix: "outbox/" });
  const changes = new Changes({ storage, prefix: "changes/" });
  const sent = [];
  const connection = Object.assign(new EventTarget(), {
    connected: true,
    command: async (_, fields) => {
      const name = fields.body ?? fields.seq;
      sent.push({ name, id: fields.client_message_id });
      const answer = answers[name] ?? { seq: sent.length };
      if (answer.code) throw new Refusal({ detail: "No.", ...answer });
      return answer;
    },
  });
  const moderation = new Moderation({ connection });
  tabs.push({ connection, moderation });
  const tell = (type, detail) => connection.dispatchEvent(new CustomEvent(type, { detail }));
  browsers += 1;
  const own = browsers; // Node has Web Locks too, and one of a name for all tests
  const delivery = new Delivery({
    outbox,
    changes,
    conversation: { features: new Set(["edit", "delete", "react"]) },
    connection,
    moderation,
    lockName: (lane) => `refused ${own} ${lane}`,
  });
  tell("welcome", { you: { author_id: "ada" }, features: ["moderate"] });
  const room = (rules) => tell("room.rules", { rules, roles: [], pins: [] });
  const you = (more) =>
    tell("you.changed", { role: null, is_muted: false, muted_until: null, held: [], ...more });
  const post = (body) => outbox.add({ body, author_id: "ada" }, { after: changes.last });
  const states = () => outbox.entries.map(({ body, state }) => `${body} ${state}`);
  const names = () => sent.map(({ name }) => name);
  const until = async (condition) => {
    const deadline = Date.now() + 20_000;
    while (!condition()) {
      assert.ok(Date.now() < deadline, `${states()} ${names()}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  return {
    connection,
    kept,
    answers,
    outbox,
    changes,
    delivery,
    moderation,
    sent,
    room,
    you,
    post,
    states,
    names,
    until,
  };
}

const SLOW = { code: "slow_mode", retry_in_ms: 3_600_000 };
const HELD = { code: "held" };

for (const code of ["muted", "banned"])
  test(`whoever is ${code} has their messages refused, with the end of it`, async () => {
    const { outbox, post, until } = tab({ answers: { One: { code, retry_in_ms: 60_000 } } });
    const before = Date.now();

    post("One");
    await until(() => outbox.entries[0].state === "refused");

    const { refusal, body } = outbox.entries[0];
    assert.deepEqual([refusal.code, refusal.detail, body], [code, "No.", "One"]);
    assert.ok(Date.parse(refusal.until) >= before + 60_000);
  });

test("in slow mode posts wait, and a deletion does not wait for them", async () => {
  const { changes, moderation, names, post, states, until } = tab({ answers: { One: SLOW } });
  post("One");
  post("Two");
  changes.add({ kind: "delete", seq: 7 }, { after: Date.now() + 1_000_000 });

  await until(() => changes.entries.every(({ state }) => state === "sent"));

  assert.deepEqual(names(), ["One", 7]);
  assert.deepEqual(states(), ["One waiting", "Two waiting"]);
  assert.ok(moderation.isPaused);
  assert.ok(moderation.pausedUntil.getTime() > Date.now() + 3_000_000);
});

test("what waits because of slow mode goes by itself when the time is over", async () => {
  const { answers, post, states, until } = tab({ answers: { One: { ...SLOW, retry_in_ms: 50 } } });
  post("One");
  await until(() => states()[0] === "One waiting");
  answers.One = { seq: 1 };

  await until(() => states()[0] === "One sent");
});

test("what waits because of slow mode goes as it was edited meanwhile, or not at all", async () => {
  const answers = { One: SLOW };
  const { moderation, names, outbox, post, states, until } = tab({ answers });
  post("One");
  await until(() => moderation.isPaused);
  const { client_message_id: id } = outbox.entries[0];

  outbox.edit(id, "Better", "ada");
  moderation.pauseUntil(0);
  await until(() => states()[0] === "Better sent");
  assert.deepEqual(names(), ["One", "Better"]);

  post("One");
  await until(() => moderation.isPaused);
  outbox.discard(outbox.entries[1].client_message_id);
  assert.deepEqual(states(), ["Better sent"]);
});

test("when slow mode is switched off, what waits because of it goes at once", async () => {
  const { answers, moderation, post, room, states, until } = tab({ answers: { One: SLOW } });
  room({ slow_seconds: 3600 });
  post("One");
  await until(() => moderation.isPaused);
  answers.One = { seq: 1 };

  room({});

  await until(() => states()[0] === "One sent");
});

test("after each message of theirs, the reader has to wait as long as the room says", async () => {
  const { moderation, post, room, states, until, you } = tab();
  post("One");
  await until(() => states()[0] === "One sent");
  room({ slow_seconds: 600 });
  assert.equal(moderation.isPaused, false, "it was not slow mode when they wrote");

  post("Two");
  await until(() => states()[1] === "Two sent");
  assert.ok(moderation.pausedUntil.getTime() > Date.now() + 500_000);
  you({ role: "moderator" });
  assert.equal(moderation.pausedUntil, null, "no rule applies to moderators");
});

test("a held message stays until it is known what became of it, also after a reload", async () => {
  const { kept, outbox, post, sent, states, until } = tab({ answers: { One: HELD } });
  post("One");
  post("Two");
  await until(() => states().join() === "One held,Two sent");
  assert.deepEqual(outbox.entries[0].refusal, null);
  const { id } = sent[0];

  const later = tab({ kept });
  assert.deepEqual(later.states(), ["One held"]);
  later.you({ held: [id] });
  assert.deepEqual(later.states(), ["One held"]);

  later.you({ held: [] });
  await later.until(() => later.states()[0] === "One sent");
  assert.deepEqual(later.sent, [{ name: "One", id }]);
});

test("a declined message is sent under a new id when its author tries again", async () => {
  const { answers, outbox, post, sent, states, until, you } = tab({ answers: { One: HELD } });
  post("One");
  await until(() => states()[0] === "One held");
  answers.One = { code: "declined" };
  you({ held: [] });
  await until(() => states()[0] === "One refused");

  answers.One = { seq: 1 };
  outbox.retry(outbox.entries[0].client_message_id, "ada");
  await until(() => states()[0] === "One sent");

  assert.equal(sent[0].id, sent[1].id);
  assert.notEqual(sent[1].id, sent[2].id);
});

test("nothing that waits is left when the reader is banned", () => {
  const { changes, connection, outbox, post } = tab();
  connection.connected = false;
  post("One");
  changes.add({ kind: "edit", seq: 1, body: "Better" });
  changes.add({ kind: "react", seq: 1, emoji: "👍", on: true });

  connection.dispatchEvent(new CustomEvent("state", { detail: { name: "stopped", code: 4510 } }));

  assert.deepEqual(
    [...outbox.entries, ...changes.entries].map(({ state, refusal }) => [state, refusal.code]),
    Array.from({ length: 3 }, () => ["refused", "banned"]),
  );
});

test("a server without moderation gets what another one held", async () => {
  const { connection, post, sent, states, until, answers } = tab({ answers: { One: HELD } });
  post("One");
  await until(() => states()[0] === "One held");
  answers.One = { seq: 1 };

  connection.dispatchEvent(
    new CustomEvent("welcome", { detail: { you: { author_id: "ada" }, features: [] } }),
  );

  await until(() => states()[0] === "One sent");
  assert.equal(sent.length, 2);
});
