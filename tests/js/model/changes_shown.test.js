import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes, OwnReactions } from "../../../chat/static/chat/js/model/changes.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

const edit = (seq, body) => ({ kind: "edit", seq, body });
const deletion = (seq) => ({ kind: "delete", seq });
const react = (seq, emoji, on = true) => ({ kind: "react", seq, emoji, on });
const message = (more = {}) => ({ seq: 1, changed_seq: 5, author_id: "ada", body: "Hi", ...more });
const changed = (version, ...made) => {
  const changes = new Changes({
    storage: new SafeStorage(() => new Storage()),
    prefix: "changes/",
  });
  for (const { acked, refusal, ...change } of made) {
    changes.add(change);
    const { id } = changes.entries.at(-1);
    if (acked) changes.settle(id, acked);
    if (refusal) changes.refuse(id, refusal);
  }
  const reacted = { has: (_seq, emoji) => emoji === "🐙" };
  return changes.applyTo(version, { author_id: "ada", reacted });
};

test("an edit shows at once, and not on a version that has it", () => {
  const waiting = changed(message(), edit(1, "Better"));
  assert.deepEqual([waiting.body, waiting.pending], ["Better", true]);
  assert.ok(waiting.edited_at);

  const acked = { ...edit(1, "Better"), acked: 6 };
  assert.equal(changed(message(), acked).body, "Better");
  const newer = message({ changed_seq: 7, body: "Edited again elsewhere" });
  const later = changed(newer, acked);
  assert.deepEqual([later.body, later.pending], ["Edited again elsewhere", undefined]);
});

test("a deleted message has neither text nor reactions", () => {
  const reactions = [{ emoji: "👍", count: 1, author_ids: ["bob"] }];

  const item = changed(message({ reactions }), deletion(1));

  assert.deepEqual([item.body, item.reactions, item.pending], ["", [], true]);
  assert.ok(item.deleted_at);
});

test("a refused edit falls back to the server's text, and keeps the typed one", () => {
  const refusal = { code: "too_late", detail: "Too late." };

  const item = changed(message(), { ...edit(1, "Typed"), refusal });

  assert.deepEqual(
    [item.body, item.refused, item.refused_body, item.refusal, item.pending],
    ["Hi", "edit", "Typed", refusal, undefined],
  );
});

test("one's own reaction counts exactly once", () => {
  const thumbs = (...author_ids) => [{ emoji: "👍", count: author_ids.length, author_ids }];
  const counts = (item) => item.reactions.map(({ count, mine }) => [count, mine]);

  const on = react(1, "👍");
  const off = react(1, "👍", false);
  assert.deepEqual(counts(changed(message(), on)), [[1, true]]);
  assert.deepEqual(counts(changed(message({ reactions: thumbs("bob") }), on)), [[2, true]]);
  assert.deepEqual(counts(changed(message({ reactions: thumbs("bob", "ada") }), on)), [[2, true]]);
  assert.deepEqual(counts(changed(message({ reactions: thumbs("bob", "ada") }), off)), [
    [1, false],
  ]);
  assert.deepEqual(counts(changed(message({ reactions: thumbs("ada") }), off)), []);
  assert.deepEqual(counts(changed(message({ reactions: thumbs("bob") }), off)), [[1, false]]);
});

test("a reaction of mine is known although not all authors are listed", () => {
  const author_ids = Array.from({ length: 20 }, (_, index) => `id${index}`);
  const of = (emoji, count) => ({ emoji, count, author_ids });
  const mine = ({ reactions }) => reactions.map((reaction) => reaction.mine);

  assert.deepEqual(mine(changed(message({ reactions: [of("🐙", 25), of("👍", 25)] }))), [
    true,
    false,
  ]);
  assert.deepEqual(mine(changed(message({ reactions: [of("🐙", 20)] }))), [false]);
  const { count } = changed(message({ reactions: [of("🐙", 25)] }), react(1, "🐙", false))
    .reactions[0];
  assert.equal(count, 24);
});

test("own reactions are remembered for this log and this author, up to a number", () => {
  const kept = new Storage();
  const tab = (author_id = "ada", epoch = "e") => {
    const reactions = new OwnReactions({ storage: new SafeStorage(() => kept), key: "reacted" });
    reactions.welcome({ epoch, author_id });
    return reactions;
  };
  const [here, there] = [tab(), tab()];

  here.learn([{ seq: 1, emoji: "👍", on: true }]);
  assert.deepEqual(
    [there.has(1, "👍"), there.has(1, "🎉"), there.has(2, "👍")],
    [true, false, false],
  );
  assert.deepEqual([tab("bob").has(1, "👍"), tab("ada", "f").has(1, "👍")], [false, false]);
  there.learn([{ seq: 1, emoji: "👍", on: false }]);
  assert.equal(here.has(1, "👍"), false);

  const many = Array.from({ length: 501 }, (_, seq) => ({ seq, emoji: "👍", on: true }));
  here.learn(many);
  assert.deepEqual(
    [here.has(0, "👍"), here.has(1, "👍"), here.has(500, "👍")],
    [false, true, true],
  );
  kept.setItem("reacted", "damaged");
  assert.equal(here.has(500, "👍"), false);
});
