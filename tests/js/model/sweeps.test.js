import assert from "node:assert/strict";
import { test } from "node:test";

import { Targets } from "../../../chat/static/chat/js/model/targets.js";
import { ALL, page, post, update } from "./page.js";

const sweep = (seq, more = {}) => ({
  seq,
  author_id: "ada",
  first: 1,
  last: 3,
  on: true,
  at: "2030-01-01T00:00:00.000Z",
  ...more,
});
const swept = (seq, ...more) => ({
  after: seq - 1,
  head: seq,
  messages: [],
  sweeps: [sweep(seq, ...more)],
});
const gone = (seq, more) => post(seq, { body: "", deleted_at: "then", removed: true, ...more });
const shown = ({ items }) =>
  items.map(({ body, removed, deleted_at }) => (deleted_at ? removed && "removed" : body));
const rest = () => new Promise((resolve) => setTimeout(resolve));

/** A page, and a server that keeps the questions until the test answers. */
function fetching(...given) {
  const room = page(...given);
  const asked = [];
  const connection = Object.assign(new EventTarget(), {
    connected: true,
    command: (_, { seqs }) =>
      new Promise((resolve, reject) =>
        asked.push({ seqs, reject, answer: (messages, more) => resolve({ messages, more }) }),
      ),
  });
  const targets = new Targets({ conversation: room.conversation, connection });
  return { ...room, targets, asked };
}

test("a sweep removes what one person wrote in its range, with one frame", () => {
  const { conversation, fired, timeline } = page();
  conversation.apply({ after: 3, head: 5, messages: [post(5, { reactions: [] })] });

  conversation.apply(swept(6));

  assert.deepEqual(shown(conversation), ["removed", "Message 2", "removed", "Message 5"]);
  assert.equal(conversation.items[0].deleted_at, "2030-01-01T00:00:00.000Z");
  assert.equal(JSON.stringify(timeline.snapshot).includes("Message 1"), false);
  assert.equal(timeline.cursor.seq, 6);
  assert.equal(fired.at(-1), "deleted");
});

test("whoever follows deletions is told what a sweep removed, on the page or not", () => {
  const { conversation } = page();
  let isGone = null;
  conversation.addEventListener("deleted", ({ detail }) => {
    isGone = detail.isGone;
  });

  conversation.apply({ ...update(2, 6, { deleted_at: "now", body: "" }), after: 3 });
  assert.deepEqual(
    [1, 2, 3].map((seq) => isGone(post(seq))),
    [false, true, false],
  );
  conversation.apply(swept(7, { last: 5 }));

  assert.deepEqual(
    [1, 2, 3, 5, 7].map((seq) => isGone(post(seq))),
    [true, false, true, true, false],
  );
});

test("a sweep leaves no reaction, and nothing that was to be changed", () => {
  const { at, changes, conversation } = page();
  conversation.apply(update(1, 4, { reactions: [{ emoji: "👍", count: 1, author_ids: ["bob"] }] }));
  conversation.edit(at(1), "My password was hunter2");
  conversation.react(at(2), "👍", true);

  conversation.apply(swept(5));

  assert.equal(at(1).reactions, undefined);
  assert.deepEqual(
    changes.entries.map(({ kind }) => kind),
    ["react"],
  );
});

test("messages that came with their sweep are not new ones", () => {
  const { conversation, fired } = page();

  conversation.apply({
    after: 3,
    head: 8,
    messages: [4, 6].map((seq) => post(seq)),
    sweeps: [sweep(8, { author_id: "bob", last: 4 })],
  });

  assert.deepEqual(
    fired.filter((each) => each.startsWith("posted")),
    ["posted 6"],
  );
});

test("a page that was read before a sweep shows nothing of what it removed", () => {
  const { conversation, timeline } = page();
  const question = timeline.around(3, { following: 0 });

  conversation.apply(swept(4));
  conversation.visit({ messages: [1, 2, 3].map((seq) => post(seq)), more: false }, question);

  assert.deepEqual(shown(conversation), ["removed", "Message 2", "removed"]);
});

test("a message that was restored or posted after a sweep stays", () => {
  const { conversation } = page();
  conversation.apply(swept(4));

  conversation.apply(update(1, 5, { body: "Restored" }));
  conversation.apply({ after: 5, head: 7, messages: [post(7)] });

  assert.deepEqual(shown(conversation), ["Restored", "Message 2", "removed", "Message 7"]);
  const restored = post(1, { changed_seq: 5, body: "Restored" });
  assert.equal(conversation.newest(restored), restored);
});

test("a sweep that is sent again after its undo does nothing", () => {
  const { conversation } = page();
  conversation.apply(swept(4));
  conversation.apply(swept(5, { on: false }));
  conversation.refresh([post(1), post(3)], [1, 3]);

  conversation.apply({ ...swept(4), head: 5 });

  assert.deepEqual(shown(conversation), ["Message 1", "Message 2", "Message 3"]);
});

test("what was swept and restored while the page was away is there", () => {
  const { conversation } = page();

  conversation.apply({
    after: 3,
    head: 5,
    messages: [],
    sweeps: [sweep(4), sweep(5, { on: false })],
  });

  assert.deepEqual(shown(conversation), ["Message 1", "Message 2", "Message 3"]);
});

test("messages of another log are not swept", () => {
  const { conversation } = page();
  conversation.apply(swept(4));

  conversation.welcome({ epoch: "f", head: 3, reset: true, you: { author_id: "ada" } });
  conversation.apply({ after: 0, head: 3, messages: [post(1)] });

  assert.deepEqual(shown(conversation), ["Message 1"]);
  assert.equal(conversation.newest(post(3)).body, "Message 3");
});

test("restored messages that the page shows are read again, once", async () => {
  const { asked, conversation } = fetching();
  conversation.apply(swept(4));
  conversation.apply(swept(5, { on: false }));
  await rest();
  assert.deepEqual(
    asked.map(({ seqs }) => seqs),
    [[1, 3]],
  );

  asked[0].answer([post(1), gone(3)]); // the third was removed by itself
  await rest();
  conversation.apply({ after: 5, head: 6, messages: [post(6)] });
  await rest();

  assert.deepEqual(shown(conversation), ["Message 1", "Message 2", "removed", "Message 6"]);
  assert.equal(asked.length, 1);
});

test("restored messages that did not fit into the answer are asked for again", async () => {
  const { asked, conversation } = fetching();
  conversation.apply(swept(4));
  conversation.apply(swept(5, { on: false }));
  await rest();

  asked[0].answer([post(1)], true);
  await rest();

  assert.deepEqual(
    asked.map(({ seqs }) => seqs),
    [[1, 3], [3]],
  );
  asked[1].answer([post(3)]);
  await rest();
  assert.deepEqual(shown(conversation), ["Message 1", "Message 2", "Message 3"]);
});

test("an answer that was read before the next sweep shows nothing of it", async () => {
  const { asked, conversation } = fetching();
  conversation.apply(swept(4));
  conversation.apply(swept(5, { on: false }));
  await rest();

  conversation.apply(swept(6));
  asked[0].answer([post(1), post(3)]);
  await rest();

  assert.deepEqual(shown(conversation), ["removed", "Message 2", "removed"]);
});

test("a page that was read before the undo is read again", async () => {
  const { asked, conversation, timeline } = fetching();
  const question = timeline.around(3, { following: 0 });
  conversation.apply({
    after: 3,
    head: 5,
    messages: [],
    sweeps: [sweep(4), sweep(5, { on: false })],
  });

  conversation.visit({ messages: [gone(1), post(2), gone(3)], more: false }, question);
  await rest();

  assert.deepEqual(
    asked.map(({ seqs }) => seqs),
    [[1, 3]],
  );
});

test("the target of a reply that is not on the page is swept and restored, too", async () => {
  const { asked, conversation, targets } = fetching({ features: ALL });
  conversation.welcome({
    epoch: "e",
    head: 9,
    reset: true,
    features: ALL,
    you: { author_id: "bob" },
  });
  conversation.apply({ after: 8, head: 9, messages: [post(9)] });
  targets.of(1);
  await rest();
  asked[0].answer([post(1)]);
  await rest();
  assert.equal(targets.of(1).body, "Message 1");

  conversation.apply(swept(10));
  assert.deepEqual([targets.of(1).body, targets.of(1).removed], ["", true]);

  conversation.apply(swept(11, { on: false }));
  assert.equal(targets.of(1), null);
  await rest();
  asked[1].answer([post(1)]);
  await rest();
  assert.equal(targets.of(1).body, "Message 1");
});
