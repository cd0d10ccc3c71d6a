import assert from "node:assert/strict";
import { test } from "node:test";

import { Targets } from "../../../chat/static/chat/js/model/targets.js";
import { ConnectionLost, Refusal } from "../../../chat/static/chat/js/net/errors.js";
import { ALL, greeting, page, post } from "./page.js";

const rest = () => new Promise((resolve) => setTimeout(resolve));
const hidden = (seq, more) => post(seq, { body: `Message ${seq}`, ...more });

/** A page that shows the messages from 101 on, and a server that has others. */
function far({ stored = [], features = ALL } = {}) {
  const { conversation } = page({ features });
  const starts = (epoch) => {
    conversation.welcome(greeting({ epoch, features, reset: true, head: 101 }));
    conversation.apply({ after: 100, head: 101, messages: [post(101)] });
  };
  starts("e");
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
  const change = (message) =>
    conversation.apply({
      after: message.changed_seq - 1,
      head: message.changed_seq,
      messages: [message],
    });
  return { targets, conversation, connection, asked, starts, change };
}

test("a message on the page is taken from there", async () => {
  const { targets, asked } = far();

  assert.equal(targets.of(101).body, "Message 101");
  await rest();
  assert.deepEqual(asked, []);
});

test("messages that are not on the page are fetched together, once", async () => {
  const { targets, asked } = far({ stored: [hidden(1), hidden(2)] });
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
  assert.deepEqual(targets.of(1), hidden(1));
  assert.deepEqual(targets.of(3), { missing: true });
  await rest();
  assert.equal(asked.length, 1);
});

test("a command asks for at most 50, and what did not fit is asked for again", async () => {
  const stored = Array.from({ length: 60 }, (_, index) => hidden(index + 1));
  const { targets, asked, connection } = far({ stored });
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
  assert.ok(stored.every(({ seq }) => targets.of(seq)?.body));
});

test("a message that was fetched follows its changes, and a deleted text is gone", async () => {
  const { targets, change } = far({ stored: [hidden(1, { body: "hunter2" })] });
  targets.of(1);
  await rest();

  change(hidden(1, { changed_seq: 102, body: "Edited" }));
  assert.equal(targets.of(1).body, "Edited");
  change(hidden(1, { changed_seq: 103, body: "", deleted_at: "now" }));

  assert.deepEqual([targets.of(1).body, targets.of(1).deleted_at], ["", "now"]);
});

test("one's own change of a message that was fetched shows at once", async () => {
  const { targets, conversation } = far({ stored: [hidden(1)] });
  targets.of(1);
  await rest();

  conversation.edit(targets.of(1), "Better");

  assert.deepEqual([targets.of(1).body, targets.of(1).pending], ["Better", true]);
});

test("an answer that was read before a change does not hide it", async () => {
  const { targets, change } = far({ stored: [hidden(1, { body: "hunter2" })] });
  targets.of(1);
  change(hidden(1, { changed_seq: 102, body: "", deleted_at: "now" }));
  await rest();

  assert.equal(targets.of(1).body, "");
});

test("after a gap in the log everything is fetched anew", async () => {
  const { targets, asked, starts } = far({ stored: [hidden(1)] });
  targets.of(1);
  await rest();

  starts("f");
  assert.equal(targets.of(1), null);
  await rest();

  assert.equal(asked.length, 2);
});

test("what could not be fetched is fetched at a welcome, or when the server allows", async () => {
  const { targets, asked, connection } = far({ stored: [hidden(1)] });
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
  const { targets, asked, conversation, connection } = far({
    stored: [hidden(1)],
    features: [],
  });
  targets.of(1);
  await rest();
  assert.deepEqual(asked, []);

  conversation.welcome(greeting({ head: 101 }));
  connection.dispatchEvent(new CustomEvent("welcome"));
  await rest();

  assert.equal(asked.length, 1);
});
