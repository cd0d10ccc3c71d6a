import assert from "node:assert/strict";
import { test } from "node:test";

import { page, post } from "./page.js";

test("an unsent message is edited and discarded in the outbox", () => {
  const { changes, conversation, outbox } = page();
  const unsent = () => conversation.items.filter(({ seq }) => !seq);
  conversation.post({ body: "Tpyo", client_message_id: "a" });

  conversation.edit(unsent()[0], "Typo");
  assert.equal(outbox.next().body, "Typo");
  conversation.delete(unsent()[0]);

  assert.deepEqual([unsent(), outbox.entries, changes.entries], [[], [], []]);
});

test("an edit of an unsent message that was discarded meanwhile is posted anew", () => {
  for (const isTried of [false, true]) {
    const { conversation, outbox } = page();
    conversation.post({ body: "First", client_message_id: "a" });
    if (isTried) outbox.start(outbox.next());
    const unsent = conversation.items.at(-1);
    outbox.discard("a");

    conversation.edit(unsent, "Second");

    const { body, client_message_id } = outbox.next();
    assert.equal(body, "Second");
    assert.notEqual(client_message_id, "a");
  }
});

test("a message that is changed while it is being posted is changed once it is stored", () => {
  for (const arrival of ["ack", "room"]) {
    const { at, changes, conversation, outbox } = page();
    conversation.post({ body: "First", client_message_id: "a" });
    outbox.start(outbox.next());
    const unsent = conversation.items.at(-1);
    conversation.edit(unsent, "Second");
    assert.equal(conversation.items.at(-1).body, "Second");

    if (arrival === "ack") outbox.settle("a", 4);
    assert.equal(conversation.items.at(-1).body, "Second");
    const posted = { client_message_id: "a", author_id: "ada", body: "First" };
    conversation.apply({ after: 3, head: 4, messages: [post(4, posted)] });

    assert.deepEqual([at(4).body, at(4).pending], ["Second", true]);
    assert.deepEqual(outbox.entries, []);
    conversation.edit(unsent, "Third"); // an item of before it was stored
    assert.equal(at(4).body, "Third");
    conversation.delete(unsent);
    assert.deepEqual(
      changes.entries.map(({ kind, seq }) => [kind, seq]),
      [["delete", 4]],
    );
  }
});

test("a message that is discarded while it is being posted is deleted once it is stored", () => {
  const { changes, conversation, outbox } = page();
  conversation.post({ body: "hunter2", client_message_id: "a" });
  outbox.start(outbox.next());
  conversation.delete(conversation.items.at(-1));
  assert.equal(conversation.items.length, 3);

  const posted = { client_message_id: "a", author_id: "ada", body: "hunter2" };
  conversation.apply({ after: 3, head: 4, messages: [post(4, posted)] });

  assert.deepEqual(
    changes.entries.map(({ kind, seq }) => [kind, seq]),
    [["delete", 4]],
  );
  assert.equal(conversation.items.at(-1).body, "");
});

test("what another guest wrote in this browser is not sent without asking, also if held", () => {
  const { kept, conversation, outbox } = page();
  conversation.post({ body: "First", client_message_id: "a" });
  conversation.post({ body: "Second", client_message_id: "b" });
  outbox.hold("a");

  const again = page({ kept, you: { author_id: "eve", name: "Eve" } });
  again.outbox.recheck([]); // nothing of Eve's is held

  assert.equal(again.outbox.next(), null);
  assert.deepEqual(
    again.outbox.entries.map(({ body, refusal }) => [body, refusal?.code]),
    [
      ["First", "other_author"],
      ["Second", "other_author"],
    ],
  );
});
