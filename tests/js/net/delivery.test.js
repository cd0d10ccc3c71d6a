import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../../../chat/static/chat/js/model/changes.js";
import { Moderation } from "../../../chat/static/chat/js/model/moderation.js";
import { Delivery } from "../../../chat/static/chat/js/net/delivery.js";
import { ConnectionLost, Refusal } from "../../../chat/static/chat/js/net/errors.js";
import { Outbox } from "../../../chat/static/chat/js/net/outbox.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

let browsers = 0;

/** A tab, and a server that answers a command when the test says so. */
function tab() {
  const storage = new SafeStorage(() => new Storage());
  const outbox = new Outbox({ storage, prefix: "outbox/" });
  const changes = new Changes({ storage, prefix: "changes/" });
  const connection = Object.assign(new EventTarget(), {
    connected: true,
    command: (type, fields) => send(type, fields),
  });
  const moderation = new Moderation({ connection });
  const sent = [];
  const replies = [];
  const send = (type, fields) => {
    sent.push(`${type} ${fields.body ?? fields.emoji ?? fields.seq}`);
    return new Promise((resolve, reject) => replies.push({ resolve, reject }));
  };
  const features = new Set(["edit", "delete", "react"]);
  browsers += 1;
  const own = browsers; // Node has Web Locks too, and one of a name for all tests
  const delivery = new Delivery({
    outbox,
    changes,
    conversation: { features },
    connection,
    moderation,
    lockName: (lane) => `${own} ${lane}`,
  });
  const add = (change) => changes.add(change, { after: outbox.last });
  const post = (body) => outbox.add({ body, author_id: "ada" }, { after: changes.last });
  /** Until `condition` holds: locks are granted, and replies arrive, in turns of their own. */
  const until = async (condition) => {
    const deadline = Date.now() + 20_000;
    while (!condition()) {
      assert.ok(Date.now() < deadline, `${sent}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const answer = async (reply) => {
    await until(() => replies.length > 0);
    reply(replies.shift());
  };
  const ack = (seq) => answer(({ resolve }) => resolve({ seq }));
  const refuse = (refusal) => answer(({ reject }) => reject(new Refusal(refusal)));
  const lose = () => answer(({ reject }) => reject(new ConnectionLost()));
  return {
    outbox,
    changes,
    connection,
    moderation,
    delivery,
    features,
    sent,
    add,
    post,
    until,
    ack,
    refuse,
    lose,
  };
}

const edit = (seq, body) => ({ kind: "edit", seq, body });
const deletion = (seq) => ({ kind: "delete", seq });
const react = (seq, emoji) => ({ kind: "react", seq, emoji, on: true });

test("posts, edits and deletions are sent in the order in which they were made", async () => {
  const { sent, add, post, until, ack, changes } = tab();
  post("One");
  add(edit(1, "Better"));
  post("Two");
  add(deletion(2));

  await until(() => sent.length === 1);
  for (const seq of [10, 11, 12, 13]) await ack(seq);
  await until(() => changes.entries.every(({ state }) => state === "sent"));

  assert.deepEqual(sent, [
    "message.post One",
    "message.edit Better",
    "message.post Two",
    "message.delete 2",
  ]);
  assert.deepEqual(
    changes.entries.map(({ acked }) => acked),
    [11, 13],
  );
});

test("a reaction that the server holds back does not delay a post", async () => {
  const { sent, add, post, until } = tab();
  add(react(1, "👍"));
  await until(() => sent.length === 1);

  add(react(1, "🎉"));
  post("Hi");
  await until(() => sent.length === 2);

  assert.deepEqual(sent, ["message.react 👍", "message.post Hi"]);
});

test("a change that may succeed later is sent again, and a refused one is skipped", async () => {
  const { sent, add, until, ack, refuse, changes } = tab();
  add(edit(1, "Better"));
  add(edit(2, "Much better"));

  await refuse({ code: "too_fast", detail: "Too fast.", retry_in_ms: 1 });
  await refuse({ code: "too_late", detail: "Too late." });
  await ack(9);
  await until(() => changes.entries[1].state === "sent");

  assert.deepEqual(sent, [
    "message.edit Better",
    "message.edit Better",
    "message.edit Much better",
  ]);
  assert.deepEqual(changes.of(1)[0].refusal, { code: "too_late", detail: "Too late." });
});

test("what was under way when the connection was lost is sent again", async () => {
  const { sent, add, until, ack, lose, connection, delivery, changes } = tab();
  add(edit(1, "Better"));
  await until(() => sent.length === 1);
  connection.connected = false;
  await lose();
  connection.connected = true;
  await until(() => {
    delivery.run();
    return sent.length === 2;
  });

  await ack(9);
  await until(() => changes.entries[0].state === "sent");

  assert.deepEqual(sent, ["message.edit Better", "message.edit Better"]);
});

test("what the server does not offer waits, and holds nothing up", async () => {
  const { sent, add, post, until, ack, features, delivery, changes } = tab();
  features.clear();
  add(edit(1, "Better"));
  add(react(1, "👍"));
  add(deletion(2));
  post("Hi");
  await ack(9);
  assert.deepEqual(sent, ["message.post Hi"]);

  features.add("edit").add("delete");
  delivery.run();
  await ack(10);
  await ack(11);
  await until(() => changes.of(2)[0].state === "sent");

  assert.deepEqual(sent, ["message.post Hi", "message.edit Better", "message.delete 2"]);
  assert.equal(changes.of(1)[1].state, "waiting");
});
