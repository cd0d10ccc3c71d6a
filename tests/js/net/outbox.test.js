import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox, uuid } from "../../../chat/static/chat/js/net/outbox.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

const PREFIX = "outbox/";
const bodies = (outbox) => outbox.entries.map(({ body, state }) => `${body} ${state}`);

function browser() {
  const kept = new Storage();
  return { kept, tab: () => new Outbox({ storage: new SafeStorage(() => kept), prefix: PREFIX }) };
}

test("messages survive a reload, in order", () => {
  const { tab } = browser();
  const outbox = tab();
  for (const body of ["One", "Two", "Three"]) outbox.add({ body, author_id: null });

  outbox.settle(outbox.next().client_message_id);

  assert.deepEqual(bodies(outbox), ["One sent", "Two waiting", "Three waiting"]);
  assert.deepEqual(bodies(tab()), ["Two waiting", "Three waiting"]);
  assert.equal(tab().next().body, "Two");
});

test("a clock that was set back does not reorder", (t) => {
  const outbox = browser().tab();
  t.mock.timers.enable({ apis: ["Date"], now: 2_000_000 });
  outbox.add({ body: "One", author_id: null });
  t.mock.timers.setTime(1_000_000);
  outbox.add({ body: "Two", author_id: null });

  assert.deepEqual(bodies(outbox), ["One waiting", "Two waiting"]);
});

test("a refused message is skipped, and retried under its id except after a conflict", () => {
  const { tab } = browser();
  const outbox = tab();
  outbox.add({ body: "One", author_id: null });
  outbox.add({ body: "Two", author_id: null });
  const { client_message_id: id } = outbox.next();

  outbox.refuse(id, { code: "bad_frame", detail: "No." });
  assert.equal(outbox.next().body, "Two");
  outbox.retry(id, "ada");
  assert.equal(outbox.next().client_message_id, id);
  outbox.refuse(id, { code: "conflict", detail: "Used." });
  outbox.retry(id, "ada");

  assert.equal(outbox.next().body, "One");
  assert.notEqual(outbox.next().client_message_id, id);
  assert.deepEqual(bodies(tab()), ["One waiting", "Two waiting"]);
});

test("changes by other tabs are followed", () => {
  const { kept, tab } = browser();
  const [here, there] = [tab(), tab()];
  there.add({ body: "From there", author_id: "ada" });
  const { client_message_id: id } = there.next();
  const key = PREFIX + id;

  here.follow({ key, newValue: kept.getItem(key) });
  assert.deepEqual(bodies(here), ["From there waiting"]);
  there.settle(id);
  here.follow({ key, newValue: null });
  assert.deepEqual(bodies(here), ["From there sent"]);
  here.follow({ key: null, newValue: null });
  assert.deepEqual(bodies(here), ["From there sent"]);
});

test("damaged entries are skipped and left alone", () => {
  const { kept, tab } = browser();
  kept.setItem(`${PREFIX}a`, '{"body');
  kept.setItem(`${PREFIX}b`, "null");
  kept.setItem("other/c", '{"body": "No", "client_message_id": "c"}');

  assert.deepEqual(bodies(tab()), []);
  assert.equal(kept.length, 3);
});

test("messages stay in memory if storage is blocked or full", () => {
  const full = new Storage();
  full.setItem = () => {
    throw new Error("full");
  };
  const blocked = () => {
    throw new Error("blocked");
  };
  for (const open of [blocked, () => full]) {
    const outbox = new Outbox({ storage: new SafeStorage(open), prefix: PREFIX });

    outbox.add({ body: "One", author_id: null });

    assert.equal(outbox.next().body, "One");
    outbox.settle(outbox.next().client_message_id);
    assert.equal(outbox.next(), null);
  }
});

test("ids are version 4 UUIDs, also outside secure contexts", (t) => {
  t.mock.method(crypto, "randomUUID", () => assert.fail("not everywhere"));

  const [first, second] = [uuid(), uuid()];

  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first, second);
});

test("a message that was never sent is edited and discarded without a trace", () => {
  const { kept, tab } = browser();
  const outbox = tab();
  outbox.add({ body: "hunter2", author_id: null });
  const { client_message_id: id } = outbox.next();

  outbox.edit(id, "Better");
  assert.equal(outbox.start(outbox.next()).fields.body, "Better");
  assert.deepEqual(bodies(tab()), ["Better waiting"]);
  assert.doesNotMatch(kept.getItem(PREFIX + id), /hunter2/);
  outbox.refuse(id, { code: "too_large", detail: "Too long." });
  outbox.edit(id, "Shorter", "ada");
  assert.deepEqual(bodies(outbox), ["Shorter waiting"]);
  assert.equal(outbox.next().author_id, "ada");
  outbox.discard(id);

  assert.deepEqual([outbox.entries, kept.length], [[], 0]);
});

test("a text that may be stored is sent unchanged, and its edit follows", () => {
  const { tab } = browser();
  const outbox = tab();
  outbox.add({ body: "First", author_id: null });
  const { client_message_id: id } = outbox.next();
  outbox.start(outbox.next());
  outbox.edit(id, "Second"); // the ack was lost

  const later = tab();
  assert.equal(later.start(later.next()).fields.body, "First");
  assert.deepEqual(
    later.takeAmendments(({ seq }) => seq),
    [],
  );
  later.settle(id, 7);
  assert.deepEqual(
    later.takeAmendments(({ seq }) => seq),
    [{ seq: 7, kind: "edit", body: "Second" }],
  );

  assert.deepEqual(
    later.takeAmendments(({ seq }) => seq),
    [],
  );
  assert.deepEqual(bodies(later), ["Second sent"]);
});

test("a message discarded on its way is deleted if it arrives, and its words are not kept", () => {
  const { kept, tab } = browser();
  const outbox = tab();
  outbox.add({ body: "hunter2", author_id: null });
  const { client_message_id: id } = outbox.next();
  outbox.start(outbox.next());

  outbox.discard(id);

  assert.doesNotMatch(kept.getItem(PREFIX + id), /hunter2/);
  assert.equal(tab().next(), null);
  outbox.settle(id, 7);
  assert.deepEqual(
    outbox.takeAmendments(({ seq }) => seq),
    [{ seq: 7, kind: "delete" }],
  );
  assert.deepEqual([outbox.entries, kept.length], [[], 0]);
});

test("what was discarded on its way and refused, or a day ago, is forgotten", (t) => {
  const { tab } = browser();
  const outbox = tab();
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  for (const body of ["One", "Two"]) {
    outbox.add({ body, author_id: null });
    outbox.discard(outbox.start(outbox.next()).id);
  }
  outbox.refuse(outbox.entries[0].client_message_id, { code: "bad_frame", detail: "No." });
  assert.equal(outbox.entries.length, 1);
  assert.equal(tab().entries.length, 1);

  t.mock.timers.setTime(1_000_001 + 24 * 3600 * 1000);

  assert.deepEqual(tab().entries, []);
});

test("what another tab edited a moment ago is what is sent", () => {
  const { tab } = browser();
  const here = tab();
  here.add({ body: "First", author_id: null });
  const there = tab();
  there.edit(there.next().client_message_id, "Second"); // its event has not arrived here

  assert.equal(here.start(here.next()).fields.body, "Second");
});

test("a reply to a message that is not there can be sent as a plain message", () => {
  const outbox = browser().tab();
  outbox.repliesTo = "e";
  outbox.add({ body: "Yes", author_id: "ada", reply_to_seq: 9, epoch: "e" });
  const { id, fields } = outbox.start(outbox.next());
  assert.equal(fields.reply_to_seq, 9);

  outbox.refuse(id, { code: "not_found", detail: "Not found." });
  outbox.retry(id, "ada");

  assert.deepEqual(outbox.start(outbox.next()).fields, { client_message_id: id, body: "Yes" });
});

test("a message that a page of an older release wrote counts as sent once", () => {
  const { kept, tab } = browser();
  const entry = { client_message_id: "a", body: "First", order: 1, state: "waiting" };
  kept.setItem(`${PREFIX}a`, JSON.stringify(entry));
  const outbox = tab();

  outbox.edit("a", "Second");

  assert.equal(outbox.start(outbox.next()).fields.body, "First");
  outbox.discard("a");
  assert.equal(outbox.entries[0].state, "withdrawn");
});
