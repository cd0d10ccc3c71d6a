import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { groupMessages } from "../../../chat/static/chat/js/messages/grouping.js";

process.env.TZ = "UTC"; // in which the server groups messages

const vectors = JSON.parse(readFileSync(new URL("../../grouping.json", import.meta.url)));

function shape({ kind, introduced, timed }) {
  if (kind !== "message") return kind;
  return [introduced && "name", timed && "time"].filter(Boolean).join(" ");
}

for (const { case: name, messages, rows } of vectors) {
  test(`messages are grouped as by the server: ${name}`, () => {
    const items = messages.map(([author_id, author_name, posted_at], client_message_id) => ({
      author_id,
      author_name,
      posted_at,
      client_message_id,
    }));

    assert.deepEqual(groupMessages(items).map(shape), rows);
  });
}
