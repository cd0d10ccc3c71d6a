import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL, greeting, page, post, update } from "./page.js";

for (const order of ["before", "after"])
  test(`an edit never flickers: the ack comes ${order} the change`, () => {
    const { at, ack, changes, conversation } = page();
    const seen = [];
    conversation.addEventListener("change", () => seen.push(at(1).body));
    const arrive = () => conversation.apply(update(1, 4, { body: "Better", edited_at: "now" }));

    conversation.edit(at(1), "Better");
    assert.equal(at(1).pending, true);
    if (order === "before") {
      ack(4);
      assert.equal(at(1).pending, true);
      arrive();
    } else {
      arrive();
      ack(4);
    }

    assert.deepEqual([at(1).body, at(1).pending, changes.entries], ["Better", undefined, []]);
    assert.deepEqual(new Set(seen), new Set(["Better"]));
  });

for (const order of ["before", "after"])
  test(`a reaction counts once at every moment: the ack comes ${order} the change`, () => {
    // More people than are listed, so the server's list does not show that Ada is one of them.
    const author_ids = Array.from({ length: 20 }, (_, index) => `id${index}`);
    const thumbs = (count) => ({ reactions: [{ emoji: "👍", count, author_ids }] });
    const { at, ack, conversation } = page();
    conversation.apply(update(2, 4, thumbs(30)));
    const seen = [];
    const look = () =>
      at(2)
        .reactions.map(({ count, mine }) => `${count} ${mine}`)
        .join();
    conversation.addEventListener("change", () => seen.push(look()));
    const arrive = () => conversation.apply(update(2, 5, thumbs(31)));

    conversation.react(at(2), "👍", true);
    if (order === "before") {
      ack(5);
      arrive();
    } else {
      arrive();
      ack(5);
    }
    assert.equal(look(), "31 true");
    if (order === "before") assert.deepEqual(new Set(seen), new Set(["31 true"]));

    conversation.react(at(2), "👍", false);
    assert.equal(look(), "30 false");
    ack(6);
    assert.equal(look(), "30 false");
    conversation.apply(update(2, 6, thumbs(30)));
    assert.equal(look(), "30 false");
  });

test("an item is the same object until something about it changes", () => {
  const { at, conversation } = page();
  conversation.react(at(2), "👍", true);
  const [first, second] = [at(1), at(2)];

  conversation.edit(at(3), "Better");

  assert.equal(at(1), first);
  assert.equal(at(2), second);
  assert.equal(conversation.find(2), second);
  assert.equal(conversation.find(9), null);
});

test("one may change what the server offers, and only one's own words", () => {
  const can = ({ at, conversation }, seq) =>
    ["canEdit", "canDelete", "canReact", "canReply"].filter((what) => conversation[what](at(seq)));
  const current = page();

  assert.deepEqual(can(current, 1), ["canEdit", "canDelete", "canReact", "canReply"]);
  assert.deepEqual(can(current, 2), ["canReact", "canReply"]);
  current.conversation.delete(current.at(1));
  assert.deepEqual(can(current, 1), []);
  assert.deepEqual(can(page({ features: undefined }), 1), []);
});

test("editing is offered while the server allows it, and deleting always", () => {
  const { at, conversation } = page({ editMinutes: 5 });
  const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
  const early = { ...at(1), posted_at: ago(290) };
  const late = { ...at(1), posted_at: ago(310) };

  assert.ok(conversation.canEdit(early));
  assert.ok(!conversation.canEdit(late));
  assert.ok(conversation.canDelete(late));
  assert.ok(page().conversation.canEdit(late), "for ever");
});

test("changes are shown, and kept, while an older server answers", () => {
  const { at, changes, conversation } = page();
  conversation.edit(at(1), "Better");

  conversation.welcome(greeting({ features: undefined }));

  assert.deepEqual([at(1).body, at(1).pending], ["Better", true]);
  assert.equal(changes.entries.length, 1);
});

test("a reply is posted as one only to a server and a log that know what it refers to", () => {
  const replies = (features, epoch = "e") => {
    const { conversation, outbox } = page();
    conversation.post({ body: "Yes", client_message_id: "a", reply_to_seq: 2 });
    conversation.welcome(greeting({ features, epoch }));
    return outbox.start(outbox.next()).fields;
  };

  assert.deepEqual(replies(ALL), { body: "Yes", client_message_id: "a", reply_to_seq: 2 });
  assert.deepEqual(replies(undefined), { body: "Yes", client_message_id: "a" });
  assert.deepEqual(replies(ALL, "f"), { body: "Yes", client_message_id: "a" });
});

test("changes are sent after what was written before them", () => {
  const { at, changes, conversation, outbox } = page();
  conversation.post({ body: "One", client_message_id: "a" });
  conversation.edit(at(1), "Better");
  conversation.post({ body: "Two", client_message_id: "b" });
  conversation.delete(at(3));

  const [one, two] = outbox.entries;
  const [better, deleted] = changes.entries;
  const orders = [one.order, better.order, two.order, deleted.order];
  assert.deepEqual(
    orders,
    orders.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(orders).size, 4);
});

test("an edit is not news, and a deletion is reported wherever the message is", () => {
  const { conversation, fired } = page();

  conversation.apply(update(2, 4, { body: "Edited" }));
  conversation.apply(update(2, 5, { body: "", deleted_at: "now" }));
  conversation.apply(update(2, 5, { body: "", deleted_at: "now" }));

  assert.deepEqual(fired, ["updated 2", "updated 2", "deleted 2"]);
});

test("a message is news once, also if it changed before it got here, unless it is deleted", () => {
  const { conversation, fired } = page();
  const messages = [
    post(4, { changed_seq: 7, body: "Edited" }),
    post(6, { changed_seq: 8, body: "", deleted_at: "now" }),
  ];

  conversation.apply({ after: 3, head: 8, messages });
  conversation.apply({ after: 3, head: 8, messages });
  conversation.apply(update(4, 9, { body: "Edited again" }));

  assert.deepEqual(fired, ["updated 4 6", "posted 4", "deleted 6", "updated 4"]);
});

test("changes that another guest made in this browser are refused", () => {
  const { kept, at, conversation } = page();
  conversation.edit(at(1), "Better");
  conversation.react(at(2), "👍", true);

  const again = page({ kept, you: { author_id: "eve", name: "Eve" } });

  assert.deepEqual([again.at(1).refused, again.at(1).body], ["edit", "Message 1"]);
  assert.equal(again.at(1).refused_body, "Better");
  assert.equal(again.at(2).refusal.code, "changed_by_other");
  again.conversation.dismiss(again.at(1));
  assert.equal(again.at(1).refused, undefined);
});

test("changes of a log that was replaced are dropped, and that is reported", () => {
  const { at, changes, conversation, fired } = page();
  conversation.edit(at(1), "Better");

  conversation.welcome(greeting({ epoch: "f", reset: true }));

  assert.deepEqual(fired, ["anew", "reset", "dropped"]);
  assert.deepEqual(changes.entries, []);
});

test("a change that was acknowledged stays over a reset until the log is there", () => {
  const { at, ack, changes, conversation } = page();
  conversation.edit(at(3), "Better");
  ack(9);

  conversation.welcome(greeting({ reset: true }));
  conversation.apply({ after: 1, head: 8, messages: [post(2), post(3)] });
  assert.equal(at(3).body, "Better");
  conversation.apply(update(3, 9, { body: "Better", edited_at: "now" }));

  assert.deepEqual([at(3).body, at(3).pending, changes.entries], ["Better", undefined, []]);
});

test("a change of a message that has left the page settles, and shows when it is back", () => {
  const { at, changes, ack, conversation, timeline } = page();
  conversation.edit(at(1), "Better");
  const more = Array.from({ length: 400 }, (_, index) => post(index + 4));
  conversation.apply({ after: 3, head: 403, messages: more });
  timeline.trim(null);
  assert.equal(at(1), undefined);

  const before = { messages: [post(1), post(2), post(3)], more: false };
  conversation.visit(before, { before: 4 });
  assert.deepEqual([at(1).body, at(1).pending], ["Better", true]);
  ack(404);
  conversation.apply(update(1, 404, { body: "Better", edited_at: "now" }));

  assert.deepEqual([at(1).body, at(1).pending, changes.entries], ["Better", undefined, []]);
});

test("what waits for a message that somebody else deletes is dropped, with its words", () => {
  const { kept, at, changes, conversation } = page();
  conversation.edit(at(1), "hunter2");
  conversation.react(at(1), "👍", true);

  conversation.apply(update(1, 4, { body: "", deleted_at: "now" }));

  assert.deepEqual([changes.entries, kept.length], [[], 0]);
  assert.deepEqual([at(1).body, at(1).pending], ["", undefined]);
});

test("what was saved without a network can be changed as the server offered it", () => {
  const saved = JSON.parse(JSON.stringify(page().conversation.snapshot));
  const { changes, conversation } = page({ features: undefined });

  conversation.restore(saved);
  const item = conversation.find(1);
  assert.ok(conversation.canEdit(item));
  conversation.edit(item, "Better");

  assert.equal(conversation.find(1).body, "Better");
  assert.equal(changes.entries[0].epoch, "e");
});
