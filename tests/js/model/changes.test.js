import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../../../chat/static/chat/js/model/changes.js";
import { Outbox } from "../../../chat/static/chat/js/net/outbox.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

const PREFIX = "changes/";
const edit = (seq, body) => ({ kind: "edit", seq, body, epoch: "e", author_id: "ada" });
const deletion = (seq) => ({ kind: "delete", seq, epoch: "e", author_id: "ada" });
const react = (seq, emoji, on = true) => ({
  kind: "react",
  seq,
  emoji,
  on,
  epoch: "e",
  author_id: "ada",
});
const shown = (changes) =>
  changes.entries.map(({ kind, seq, body, emoji, on, state }) =>
    [kind, seq, body ?? emoji, on, state].filter((each) => each !== undefined).join(" "),
  );

function browser() {
  const kept = new Storage();
  const keys = () => Array.from({ length: kept.length }, (_, index) => kept.key(index));
  return {
    kept,
    keys,
    words: () =>
      keys()
        .map((key) => kept.getItem(key))
        .join(),
    tab: () => new Changes({ storage: new SafeStorage(() => kept), prefix: PREFIX }),
  };
}

test("changes survive a reload, in the order in which they were made", () => {
  const { tab } = browser();
  const changes = tab();
  changes.add(edit(2, "Two"));
  changes.add(react(1, "👍"));
  changes.add(deletion(3));

  assert.deepEqual(shown(changes), [
    "edit 2 Two waiting",
    "react 1 👍 true waiting",
    "delete 3 waiting",
  ]);
  assert.deepEqual(tab().entries, changes.entries);
});

test("of several edits of a message, the newest one is sent", () => {
  const { keys, tab } = browser();
  const changes = tab();
  changes.add(edit(1, "First"));
  changes.add(edit(2, "Another message"));
  changes.add(edit(1, "Second"));

  assert.deepEqual(shown(changes), ["edit 2 Another message waiting", "edit 1 Second waiting"]);
  assert.equal(keys().length, 2);
});

test("the ack of an edit that was replaced meanwhile does not settle the newer one", () => {
  const changes = browser().tab();
  changes.add(edit(1, "First"));
  const [{ id }] = changes.entries;
  changes.add(edit(1, "Second"));

  changes.settle(id, 9);

  assert.deepEqual(shown(changes), ["edit 1 Second waiting"]);
});

test("the newest state of each reaction is sent, once", () => {
  const changes = browser().tab();
  changes.add(react(1, "👍"));
  changes.add(react(1, "🎉"));
  changes.add(react(1, "👍", false));
  changes.add(react(2, "👍"));

  assert.deepEqual(shown(changes), [
    "react 1 🎉 true waiting",
    "react 1 👍 false waiting",
    "react 2 👍 true waiting",
  ]);
});

test("a deletion leaves no word of its message in the storage", () => {
  const { tab, words } = browser();
  const changes = tab();
  changes.add(edit(1, "hunter1"));
  changes.refuse(changes.entries[0].id, { code: "too_late", detail: "Too late." });
  assert.match(words(), /hunter1/);
  changes.add(react(1, "👍"));
  changes.add(edit(2, "Hello"));

  changes.add(deletion(1));

  assert.deepEqual(shown(changes), ["edit 2 Hello waiting", "delete 1 waiting"]);
  assert.doesNotMatch(words(), /hunter1|👍/);
});

test("a deletion by somebody else drops everything that waits for its message", () => {
  const { tab, words } = browser();
  const changes = tab();
  changes.add(edit(1, "hunter1"));
  changes.add(edit(2, "Hello"));

  changes.deleted([1, 7]);

  assert.deepEqual(shown(changes), ["edit 2 Hello waiting"]);
  assert.doesNotMatch(words(), /hunter1/);
});

test("an edit that is refused because the message was deleted leaves no words", () => {
  const { tab, words } = browser();
  const changes = tab();
  changes.add(edit(1, "hunter1"));

  changes.refuse(changes.entries[0].id, { code: "deleted", detail: "Deleted." });

  assert.deepEqual(changes.entries, []);
  assert.equal(words(), "");
});

test("a refused change stays until it is dismissed", () => {
  const { keys, tab } = browser();
  const changes = tab();
  changes.add(edit(1, "Typed"));
  changes.refuse(changes.entries[0].id, { code: "too_late", detail: "Too late." });

  assert.deepEqual(tab().of(1)[0].refusal, { code: "too_late", detail: "Too late." });
  changes.dismiss(1);

  assert.deepEqual(shown(changes), []);
  assert.deepEqual(keys(), []);
});

test("a change that other tabs settle is kept here until the log shows it here", () => {
  const { kept, tab } = browser();
  const [here, there] = [tab(), tab()];
  there.add(edit(1, "Better"));
  const { id } = there.entries[0];
  const key = PREFIX + id;
  const follow = () => here.follow({ key, newValue: kept.getItem(key) });

  follow();
  assert.deepEqual(shown(here), ["edit 1 Better waiting"]);
  there.settle(id, 9);
  follow();
  there.forget(there.shownAt(9));
  follow();

  assert.deepEqual(shown(there), []);
  assert.deepEqual(shown(here), ["edit 1 Better sent"]);
  assert.deepEqual(here.shownAt(8), []);
  here.forget(here.shownAt(9));
  assert.deepEqual(shown(here), []);
});

test("what another tab replaces or dismisses is dropped here", () => {
  const { kept, tab } = browser();
  const [here, there] = [tab(), tab()];
  there.add(edit(1, "First"));
  const key = PREFIX + there.entries[0].id;
  here.follow({ key, newValue: kept.getItem(key) });

  there.add(edit(1, "Second"));
  here.follow({ key, newValue: null });

  assert.deepEqual(shown(here), []);
});

test("changes of another log are dropped", () => {
  const { keys, tab } = browser();
  const changes = tab();
  changes.add(edit(1, "Old log"));
  changes.add({ ...edit(2, "New log"), epoch: "f" });

  assert.equal(changes.keepOnly("f").length, 1);

  assert.deepEqual(shown(changes), ["edit 2 New log waiting"]);
  assert.equal(keys().length, 1);
});

test("damaged entries are skipped and left alone, and the outbox's are not touched", () => {
  const { kept, tab } = browser();
  kept.setItem(`${PREFIX}a`, '{"kind');
  kept.setItem(`${PREFIX}b`, "null");
  kept.setItem("outbox/c", '{"body": "No", "client_message_id": "c"}');

  assert.deepEqual(tab().entries, []);
  assert.equal(kept.length, 3);
});

test("an outbox of the previous release does not see an edit as a message to post", () => {
  const { kept, tab } = browser();
  tab().add(edit(1, "Better"));

  const outbox = new Outbox({ storage: new SafeStorage(() => kept), prefix: "outbox/" });

  assert.deepEqual(outbox.entries, []);
});
