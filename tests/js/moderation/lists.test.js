import assert from "node:assert/strict";
import { test } from "node:test";
import { Lists } from "../../../chat/static/chat/js/moderation/lists.js";
import { Refusal } from "../../../chat/static/chat/js/net/errors.js";

const PAGE = 3; // acts of one answer

/** A server with a log of acts, the newest first, that answers when it is told to. */
function room({ acts = [] } = {}) {
  const server = { acts, held: [], reports: [], in_force: [], asked: 0, gate: null };
  const moderation = {
    async send(type, { before = null } = {}) {
      assert.equal(type, "moderation.fetch");
      server.asked += 1;
      const { held, reports, in_force } = server;
      await server.gate;
      if (server.refusal) throw server.refusal;
      const older = server.acts.slice(server.acts.findIndex((act) => act.act_id === before) + 1);
      return { held, reports, in_force, acts: older.slice(0, PAGE), more: older.length > PAGE };
    },
  };
  return { server, lists: new Lists({ moderation, pause: 5 }) };
}

const acts = (...ids) => ids.map((id) => ({ act_id: id, kind: "mute", can_undo: true }));
const shown = (lists) => lists.acts.map(({ act_id }) => act_id).join("");

test("what the server lists is there once it has answered", async () => {
  const { server, lists } = room({ acts: acts("a") });
  server.held = [{ client_message_id: "x" }];
  let changes = 0;
  lists.addEventListener("change", () => {
    changes += 1;
  });
  assert.equal(lists.isLoaded, false);

  await lists.refresh();

  assert.equal(lists.isLoaded, true);
  assert.deepEqual(lists.held, server.held);
  assert.equal(shown(lists), "a");
  assert.equal(changes, 1);
});

test("changes during a reading are read once more, however many there are", async () => {
  const { server, lists } = room();
  let open;
  server.gate = new Promise((resolve) => {
    open = resolve;
  });
  const first = lists.refresh();
  for (let change = 0; change < 5; change += 1) lists.refresh();
  server.held = [{ client_message_id: "late" }];
  open();

  await first;

  assert.equal(server.asked, 2);
  assert.equal(lists.held.length, 1);
});

test("changes that follow each other closely are read together, after a pause", async () => {
  const { server, lists } = room();
  const first = lists.refresh();
  await new Promise((resolve) => lists.addEventListener("change", resolve, { once: true }));
  for (let change = 0; change < 5; change += 1) {
    server.held = [...server.held, { client_message_id: change }];
    lists.refresh();
    await null;
  }
  assert.equal(server.asked, 1);

  await first;

  assert.equal(server.asked, 2);
  assert.equal(lists.held.length, 5);
});

test("older acts follow page by page, and stay when newer ones come", async () => {
  const { server, lists } = room({ acts: acts(..."dcba") });
  await lists.refresh();
  assert.equal(shown(lists), "dcb");
  assert.equal(lists.more, true);

  await lists.readMore();
  assert.equal(shown(lists), "dcba");
  assert.equal(lists.more, false);
  server.acts = acts(..."edcba");
  await lists.refresh();

  assert.equal(shown(lists), "edcba");
  assert.equal(lists.more, false);
});

test("after so many new acts that there is a gap, older ones are dropped", async () => {
  const { server, lists } = room({ acts: acts(..."dcba") });
  await lists.refresh();
  await lists.readMore();

  server.acts = acts(..."hgfedcba");
  await lists.refresh();

  assert.equal(shown(lists), "hgf");
  assert.equal(lists.more, true);
});

test("older acts are not added to a list that was replaced while they were read", async () => {
  const { server, lists } = room({ acts: acts(..."dcba") });
  await lists.refresh();
  let open;
  server.gate = new Promise((resolve) => {
    open = resolve;
  });
  const reading = lists.readMore();
  server.gate = null;
  server.acts = acts(..."hgfedcba");
  await lists.refresh();
  server.acts = acts(..."dcba");
  open();

  await reading;

  assert.equal(shown(lists), "hgf");
});

test("an act that was undone is marked on whatever page it is", async () => {
  const { lists } = room({ acts: acts(..."ba") });
  await lists.refresh();

  lists.markUndone("a", "Ada");

  const [, undone] = lists.acts;
  assert.equal(undone.undone_by, "Ada");
  assert.equal(undone.can_undo, false);
  assert.ok(undone.undone_at);
});

test("a refusal is kept until the lists are read, and what was read before stays", async () => {
  const { server, lists } = room({ acts: acts("a") });
  await lists.refresh();
  server.refusal = new Refusal({ code: "not_allowed" });

  await lists.refresh();
  assert.equal(lists.problem, server.refusal);
  assert.equal(shown(lists), "a");
  server.refusal = null;
  await lists.refresh();

  assert.equal(lists.problem, null);
});

test("the text of a reported message is dropped when the message is deleted", async () => {
  const { server, lists } = room();
  server.reports = [
    { seq: 1, author_id: "ada", body: "One" },
    { seq: 2, author_id: "ada", body: "Two" },
  ];
  await lists.refresh();

  lists.forget(({ seq, author_id }) => seq === 1 && author_id === "ada");

  assert.deepEqual(
    lists.reports.map(({ body }) => body),
    ["", "Two"],
  );
});

test("no text is kept while nobody looks at the lists", async () => {
  const { server, lists } = room();
  server.held = [{ client_message_id: "x", body: "One" }];
  server.reports = [{ seq: 1, author_id: "ada", body: "Two" }];
  await lists.refresh();

  const reading = lists.refresh();
  lists.clear();
  await reading;

  assert.deepEqual([lists.held, lists.reports, lists.isLoaded], [[], [], false]);
});
