import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { groupMessages } from "../../../chat/static/chat/js/messages/grouping.js";

process.env.TZ = "UTC"; // in which the server groups messages

const vectors = JSON.parse(readFileSync(new URL("../../grouping.json", import.meta.url)));

function shape({ kind, item, introduced, timed, folded }) {
  if (kind !== "message") return kind;
  const deleted = item.deleted_at ? ["deleted"] : [];
  if (folded.length > 0) deleted.unshift(String(folded.length + 1));
  return [introduced && "name", timed && "time", ...deleted].filter(Boolean).join(" ");
}

for (const { case: name, messages, rows } of vectors) {
  test(`messages are grouped as by the server: ${name}`, () => {
    const items = messages.map(([author_id, author_name, posted_at, deleted], index) => ({
      author_id,
      author_name,
      posted_at,
      client_message_id: index,
      ...(deleted && { deleted_at: posted_at }),
    }));

    assert.deepEqual(groupMessages(items).map(shape), rows);
  });
}
