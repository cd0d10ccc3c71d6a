import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../../chat/static/chat/js/model/timeline.js";

const said = (seq, more = {}) => ({
  seq,
  changed_seq: seq,
  client_message_id: `id${seq}`,
  author_id: "ada",
  body: `Message ${seq}`,
  ...more,
});
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => said(from + index));
const versions = (messages) =>
  messages.map(({ seq, changed_seq }) => `${seq}/${changed_seq}`).join();
const seqs = (messages) => messages.map(({ seq }) => seq);

function welcomed(...changes) {
  const timeline = new Timeline();
  timeline.welcome({ epoch: "e", reset: false });
  for (const change of changes) timeline.apply(change);
  return timeline;
}

test("the timeline starts where the first change says", () => {
  assert.equal(new Timeline().cursor, null);

  const timeline = welcomed({ after: 5, head: 7, messages: [said(6), said(7)] });

  assert.deepEqual(timeline.cursor, { epoch: "e", seq: 7 });
  assert.deepEqual(seqs(timeline.messages), [6, 7]);
  assert.equal(timeline.hasOlder, true);
  assert.equal(timeline.older.before, 6);
});

test("a change is accepted twice, but never after a gap", () => {
  const timeline = welcomed({ after: 0, head: 2, messages: range(1, 2) });

  assert.deepEqual(seqs(timeline.apply({ after: 1, head: 3, messages: range(2, 3) })), [3]);
  assert.deepEqual(timeline.apply({ after: 0, head: 2, messages: range(1, 2) }), []);
  assert.equal(timeline.apply({ after: 4, head: 5, messages: [said(5)] }), null);
  assert.deepEqual(seqs(timeline.messages), [1, 2, 3]);
  assert.equal(timeline.cursor.seq, 3);
});

test("a restored snapshot continues where it ended", () => {
  const before = welcomed({ after: 0, head: 250, messages: range(1, 250) });
  const kept = JSON.parse(JSON.stringify(before.snapshot));
  const later = () => {
    const timeline = new Timeline();
    timeline.restore(kept);
    return timeline;
  };

  const timeline = later();
  assert.deepEqual(timeline.cursor, { epoch: "e", seq: 250 });
  assert.deepEqual(seqs(timeline.messages), seqs(range(151, 250)));
  assert.equal(timeline.older.before, 151);
  assert.equal(timeline.welcome({ epoch: "e", reset: false }), false);
  assert.deepEqual(
    seqs(timeline.apply({ after: 250, head: 251, messages: range(251, 251) })),
    [251],
  );

  const elsewhere = later();
  assert.equal(elsewhere.welcome({ epoch: "f", reset: true }), true);
  assert.equal(elsewhere.cursor, null);
});

test("messages of another log are dropped", () => {
  const timeline = welcomed({ after: 0, head: 1, messages: [said(1)] });

  assert.equal(timeline.welcome({ epoch: "e", reset: false }), false);
  assert.deepEqual(seqs(timeline.messages), [1]);
  assert.equal(timeline.welcome({ epoch: "f", reset: true }), true);
  assert.deepEqual(timeline.messages, []);
  assert.equal(timeline.cursor, null);
});

test("a page of history never brings back an older version", () => {
  const timeline = welcomed({ after: 2, head: 3, messages: [said(3)] });

  const drawn = timeline.apply({
    after: 3,
    head: 4,
    messages: [said(1, { changed_seq: 4, body: "Edited" })],
  });
  timeline.prepend({ messages: range(1, 2), more: false }, timeline.older);

  assert.deepEqual(drawn, []);
  assert.deepEqual(
    timeline.messages.map(({ body }) => body),
    ["Edited", "Message 2", "Message 3"],
  );
  assert.equal(timeline.hasOlder, false);
});

test("a page that was requested before a reset is ignored", () => {
  const timeline = welcomed({ after: 2, head: 3, messages: [said(3)] });

  timeline.prepend({ messages: [said(1)], more: false }, { before: 2 });

  assert.deepEqual(seqs(timeline.messages), [3]);
});

test("at the end a few hundred messages are kept, and older ones can be loaded again", () => {
  const timeline = welcomed({ after: 0, head: 300, messages: range(1, 300) });

  timeline.trim(null);
  assert.equal(timeline.messages.length, 300);
  timeline.apply({ after: 300, head: 301, messages: [said(301)] });
  timeline.trim(null);

  assert.deepEqual(seqs(timeline.messages), seqs(range(52, 301)));
  assert.deepEqual([timeline.isAway, timeline.older.before], [false, 52]);
  assert.deepEqual([timeline.posted(said(51)), timeline.posted(said(52))?.seq], [null, 52]);
});

test("someone reading above keeps the messages around them, and the latest ones", () => {
  const timeline = welcomed({ after: 0, head: 100, messages: range(1, 100) });

  timeline.apply({ after: 100, head: 400, messages: range(101, 400) });
  timeline.trim(10);

  assert.deepEqual(seqs(timeline.messages), seqs(range(1, 250)));
  assert.deepEqual([timeline.isAway, timeline.cursor.seq], [true, 400]);
  timeline.showLatest();
  assert.deepEqual(seqs(timeline.messages), seqs(range(301, 400)));
});

test("after a page that was cut short, smaller pages are requested until there is no gap", () => {
  const timeline = welcomed({ after: 900, head: 1000, messages: range(901, 1000) });
  timeline.visit({ messages: range(11, 20), more: true }, timeline.around(20, { following: 0 }));

  assert.equal(timeline.newer.before, 71);
  timeline.append({ messages: range(30, 70), more: true }, timeline.newer);
  assert.equal(timeline.newer.before, 46);
  timeline.append({ messages: range(15, 45), more: true }, timeline.newer);

  assert.deepEqual(seqs(timeline.messages), seqs(range(11, 45)));
});

test("a page does not cover messages posted after it was requested", () => {
  const timeline = welcomed({ after: 990, head: 1000, messages: range(991, 1000) });
  timeline.visit({ messages: range(941, 960), more: true }, timeline.around(960, { following: 0 }));
  const question = timeline.newer;
  const answer = { messages: range(951, 1000), more: true };

  timeline.apply({ after: 1000, head: 1300, messages: range(1001, 1300) });
  timeline.trim(960);
  timeline.append(answer, question);

  assert.equal(timeline.end, 1000);
  assert.equal(timeline.isAway, true);
});

test("where few seqs are messages, larger pages are requested", () => {
  const timeline = welcomed({ after: 9_990, head: 10_000, messages: [said(9_995)] });
  timeline.visit({ messages: [said(1)], more: false }, timeline.around(1, { following: 0 }));

  let questions = 0;
  for (; timeline.isAway; questions += 1)
    timeline.append({ messages: [said(1)], more: false }, timeline.newer);

  assert.deepEqual(seqs(timeline.messages), [1, 9_995]);
  assert.ok(questions < 10, `${questions} questions`);
});

/** A log in which three of four changes are messages and the others edits. */
class Log {
  messages = [];
  head = 0;
  random = randomFrom(7);

  grow(count) {
    const after = this.head;
    for (; this.head < after + count; ) {
      this.head += 1;
      const index = Math.floor(this.random() * this.messages.length);
      if (this.random() < 0.75 || this.messages.length === 0) this.messages.push(said(this.head));
      else this.messages[index] = { ...this.messages[index], changed_seq: this.head };
    }
    const changed = this.messages.filter(({ changed_seq }) => changed_seq > after);
    return {
      after,
      head: this.head,
      messages: changed.sort((a, b) => a.changed_seq - b.changed_seq),
    };
  }

  page({ before, limit }) {
    const older = this.messages.filter(({ seq }) => seq < before);
    const messages = older.slice(-Math.min(limit, 5 + Math.floor(this.random() * 100)));
    return { messages, more: older.length > messages.length };
  }
}

/** mulberry32: the same numbers each time. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("while others write and edit, the shown range is always the current log, and short", () => {
  const log = new Log();
  log.grow(4000);
  const timeline = welcomed({
    after: log.head - 50,
    head: log.head,
    messages: log.messages.filter(({ changed_seq }) => changed_seq > log.head - 50),
  });
  const { random } = log;
  const pending = []; // answers under way: read on the server, not yet here
  const ask = (verb, question) =>
    question && pending.length < 3 && pending.push([log.page(question), verb, question]);
  const steps = {
    up: () => ask("prepend", timeline.older),
    down: () => ask("append", timeline.newer),
    jump: () => ask("visit", timeline.around(Math.ceil(random() * log.head), { following: 25 })),
    leave: () => timeline.showLatest(),
    talk: () => assert.ok(timeline.apply(log.grow(Math.ceil(random() * 40)))),
    answer: () => {
      const [page, verb, question] = pending.shift() ?? [];
      if (verb) timeline[verb](page, question);
    },
  };
  const likely = ["up", "down", "talk", "answer", "answer", "answer"];

  let farthest = 0;
  for (let step = 0; step < 5000; step += 1) {
    const direction = step % 1000 < 500 ? "up" : "down";
    const name =
      random() < 0.01
        ? "jump"
        : random() < 0.005
          ? "leave"
          : random() < 0.5
            ? direction
            : likely[Math.floor(random() * likely.length)];
    steps[name]();
    const shown = timeline.messages;
    timeline.trim(
      shown.length === 0
        ? null
        : direction === "up"
          ? shown[0].seq
          : timeline.isAway
            ? shown.at(-1).seq
            : null,
    );

    const { start, end } = timeline;
    const there = log.messages.filter(({ seq }) => seq > start && seq <= end);
    assert.equal(versions(timeline.messages), versions(there), `after step ${step}, ${name}`);
    assert.ok(timeline.messages.length <= 300);
    assert.ok(timeline.isAway || end === log.head);
    farthest = Math.max(farthest, log.head - start);
  }
  assert.ok(farthest > 2000, "the reader went far from the end");
});

test("a newcomer's messages are in the order of their places, in however many frames", () => {
  const old = said(3, { changed_seq: 9 });
  const timeline = welcomed(
    { after: 2, head: 6, messages: [said(5), said(6)] },
    { after: 6, head: 9, messages: [said(4, { changed_seq: 7 }), said(8), old] },
  );

  assert.equal(versions(timeline.messages), "3/9,4/7,5/5,6/6,8/8");
  assert.equal(timeline.cursor.seq, 9);
});

test("a deleted text is nowhere in what the timeline holds or hands out", () => {
  const secret = said(120, { body: "hunter2" });
  const timeline = welcomed({ after: 100, head: 400, messages: [...range(101, 119), secret] });
  timeline.apply({ after: 400, head: 401, messages: [{ ...secret, changed_seq: 401 }] });
  timeline.visit({ messages: [...range(110, 119), secret], more: true }, { before: 121 });
  timeline.apply({
    after: 401,
    head: 402,
    messages: [{ ...secret, changed_seq: 402, body: "", deleted_at: "now" }],
  });

  const shown = () => JSON.stringify([timeline.messages, timeline.find(120), timeline.snapshot]);
  assert.doesNotMatch(shown(), /hunter2/);
  timeline.showLatest();
  assert.doesNotMatch(shown(), /hunter2/);
  // A page that was read before the deletion and arrives after it.
  timeline.visit({ messages: [...range(110, 119), secret], more: true }, { before: 121 });
  assert.doesNotMatch(shown(), /hunter2/);
  assert.equal(timeline.newest(secret).body, "");
});
