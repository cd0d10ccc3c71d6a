import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../chat/static/chat/js/timeline.js";

const said = (seq, more = {}) => ({ seq, changed_seq: seq, client_message_id: `id${seq}`, author_id: "ada", body: `Message ${seq}`, ...more });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => said(from + index));
const seqs = (messages) => messages.map(({ seq }) => seq);

function welcomed(...changes) {
  const timeline = new Timeline();
  timeline.welcome({ epoch: "e", reset: false });
  changes.forEach((change) => timeline.apply(change));
  return timeline;
}

test("it begins where the first change says", () => {
  assert.equal(new Timeline().cursor, null);

  const timeline = welcomed({ after: 5, head: 7, messages: [said(6), said(7)] });

  assert.deepEqual(timeline.cursor, { epoch: "e", seq: 7 });
  assert.deepEqual(seqs(timeline.messages), [6, 7]);
  assert.equal(timeline.hasOlder, true);
  assert.equal(timeline.before, 6);
});

test("it takes a change twice but never with a gap", () => {
  const timeline = welcomed({ after: 0, head: 2, messages: range(1, 2) });

  assert.deepEqual(seqs(timeline.apply({ after: 1, head: 3, messages: range(2, 3) })), [3]);
  assert.deepEqual(timeline.apply({ after: 0, head: 2, messages: range(1, 2) }), []);
  assert.equal(timeline.apply({ after: 4, head: 5, messages: [said(5)] }), null);
  assert.deepEqual(seqs(timeline.messages), [1, 2, 3]);
  assert.equal(timeline.cursor.seq, 3);
});

test("one of another log is thrown away", () => {
  const timeline = welcomed({ after: 0, head: 1, messages: [said(1)] });

  assert.equal(timeline.welcome({ epoch: "e", reset: false }), false);
  assert.deepEqual(seqs(timeline.messages), [1]);
  assert.equal(timeline.welcome({ epoch: "f", reset: true }), true);
  assert.deepEqual(timeline.messages, []);
  assert.equal(timeline.cursor, null);
});

test("a page of history never brings back an older version", () => {
  const timeline = welcomed({ after: 2, head: 3, messages: [said(3)] });

  const drawn = timeline.apply({ after: 3, head: 4, messages: [said(1, { changed_seq: 4, body: "Edited" })] });
  timeline.prepend({ messages: range(1, 2), more: false }, timeline.before);

  assert.deepEqual(drawn, []);
  assert.deepEqual(timeline.messages.map(({ body }) => body), ["Edited", "Message 2", "Message 3"]);
  assert.equal(timeline.hasOlder, false);
});

test("a page that was asked for before a reset is not taken", () => {
  const timeline = welcomed({ after: 2, head: 3, messages: [said(3)] });

  timeline.prepend({ messages: [said(1)], more: false }, 2);

  assert.deepEqual(seqs(timeline.messages), [3]);
});

test("it lets go of the oldest only once there are twice as many, and can read them again", () => {
  const timeline = welcomed({ after: 0, head: 8, messages: range(1, 8) });

  timeline.trim(4);
  assert.equal(timeline.messages.length, 8);
  timeline.apply({ after: 8, head: 9, messages: [said(9)] });
  timeline.trim(4);

  assert.deepEqual(seqs(timeline.messages), [6, 7, 8, 9]);
  assert.equal(timeline.before, 6);
  assert.deepEqual([timeline.has(said(5)), timeline.has(said(6))], [false, true]);
  timeline.prepend({ messages: range(1, 5), more: false }, timeline.before);
  assert.deepEqual(seqs(timeline.messages), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
