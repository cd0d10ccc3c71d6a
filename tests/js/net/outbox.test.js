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
