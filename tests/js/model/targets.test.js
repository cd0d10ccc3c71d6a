import assert from "node:assert/strict";
import { test } from "node:test";

import { Targets } from "../../../chat/static/chat/js/model/targets.js";
import { ConnectionLost, Refusal } from "../../../chat/static/chat/js/net/errors.js";

const post = (seq, more = {}) => ({ seq, changed_seq: seq, body: `Message ${seq}`, ...more });
const rest = () => new Promise((resolve) => setTimeout(resolve));

/** A conversation that shows the message at 100, and a server that has others. */
function page({ stored = [] } = {}) {
  const conversation = new EventTarget();
  const later = new Map();
  Object.assign(conversation, {
    features: new Set(["reply"]),
    find: (seq) => (seq === 100 ? { shown: true } : null),
    itemOf: (message) => ({ ...message, item: true }),
    newest: (message) => later.get(message.seq) ?? message,
  });
  const connection = new EventTarget();
  const asked = [];
  Object.assign(connection, {
    connected: true,
    answer: async ({ seqs }) => ({ messages: stored.filter(({ seq }) => seqs.includes(seq)) }),
    command: (type, fields) => {
      asked.push([type, ...fields.seqs]);
      return connection.answer(fields);
    },
  });
  const targets = new Targets({ conversation, connection });
  const fire = (type, messages) =>
    conversation.dispatchEvent(new CustomEvent(type, { detail: { messages } }));
  const change = (message) => {
    later.set(message.seq, message);
    fire("updated", [message]);
  };
  return { targets, conversation, connection, asked, fire, change };
}

test("a message on the page is taken from there", async () => {
  const { targets, asked } = page();

  assert.deepEqual(targets.of(100), { shown: true });
  await rest();
  assert.deepEqual(asked, []);
});

test("messages that are not on the page are fetched together, once", async () => {
  const { targets, asked } = page({ stored: [post(1), post(2)] });
  let drawn = 0;
  targets.addEventListener("change", () => {
    drawn += 1;
  });

  assert.deepEqual(
    [1, 2, 1, 3].map((seq) => targets.of(seq)),
    [null, null, null, null],
  );
  await rest();

  assert.deepEqual(asked, [["messages.fetch", 1, 2, 3]]);
  assert.equal(drawn, 1);
  assert.deepEqual(targets.of(1), { ...post(1), item: true });
  assert.deepEqual(targets.of(3), { missing: true });
  await rest();
  assert.equal(asked.length, 1);
});

test("a command asks for at most 50, and what did not fit is asked for again", async () => {
  const stored = Array.from({ length: 60 }, (_, index) => post(index + 1));
  const { targets, asked, connection } = page({ stored });
  connection.answer = async ({ seqs }) => {
    const messages = stored.filter(({ seq }) => seqs.includes(seq));
    return { messages: messages.slice(0, 20), more: messages.length > 20 };
  };

  for (const { seq } of stored) targets.of(seq);
  await rest();

  assert.deepEqual(
    asked.map((command) => command.length - 1),
    [50, 40, 20],
  );
  assert.ok(stored.every(({ seq }) => targets.of(seq)?.item));
});

test("a message that was fetched follows its changes, and a deleted text is gone", async () => {
  const { targets, change } = page({ stored: [post(1, { body: "hunter2" })] });
  targets.of(1);
  await rest();

  change(post(1, { changed_seq: 101, body: "Edited" }));
  assert.equal(targets.of(1).body, "Edited");
  change(post(1, { changed_seq: 102, body: "", deleted_at: "now" }));

  assert.deepEqual([targets.of(1).body, targets.of(1).deleted_at], ["", "now"]);
});

test("an answer that was read before a change does not hide it", async () => {
  const { targets, change } = page({ stored: [post(1, { body: "hunter2" })] });
  targets.of(1);
  change(post(1, { changed_seq: 101, body: "", deleted_at: "now" }));
  await rest();

  assert.equal(targets.of(1).body, "");
});

test("after a gap in the log everything is fetched anew", async () => {
  const { targets, asked, fire } = page({ stored: [post(1)] });
  targets.of(1);
  await rest();

  fire("anew");
  assert.equal(targets.of(1), null);
  await rest();

  assert.equal(asked.length, 2);
});

test("what could not be fetched is fetched at a welcome, or when the server allows", async () => {
  const { targets, asked, connection } = page({ stored: [post(1)] });
  const { answer } = connection;
  connection.answer = () => Promise.reject(new ConnectionLost());
  targets.of(1);
  await rest();
  assert.equal(asked.length, 1);

  let refused = 0;
  connection.answer = (fields) => {
    refused += 1;
    if (refused > 1) return answer(fields);
    return Promise.reject(new Refusal({ code: "too_fast", retry_in_ms: 1 }));
  };
  connection.dispatchEvent(new CustomEvent("welcome"));
  await new Promise((resolve) => targets.addEventListener("change", resolve));

  assert.equal(asked.length, 3);
  assert.equal(targets.of(1).body, "Message 1");
});

test("nothing is fetched from a server of the previous release", async () => {
  const { targets, asked, conversation, connection } = page({ stored: [post(1)] });
  conversation.features = new Set();
  targets.of(1);
  await rest();
  assert.deepEqual(asked, []);

  conversation.features = new Set(["reply"]);
  connection.dispatchEvent(new CustomEvent("welcome"));
  await rest();

  assert.equal(asked.length, 1);
});
