/** The model of one page, with the server's part played by the test. */
import { Changes, OwnReactions } from "../../../chat/static/chat/js/model/changes.js";
import { Conversation } from "../../../chat/static/chat/js/model/conversation.js";
import { Timeline } from "../../../chat/static/chat/js/model/timeline.js";
import { Outbox } from "../../../chat/static/chat/js/net/outbox.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

export const ALL = ["reply", "edit", "delete", "react"];
export const post = (seq, more = {}) => ({
  seq,
  changed_seq: seq,
  client_message_id: `id${seq}`,
  author_id: seq % 2 ? "ada" : "bob",
  body: `Message ${seq}`,
  ...more,
});
export const greeting = (more = {}) => ({
  epoch: "e",
  head: 3,
  reset: false,
  you: { author_id: "ada", name: "Ada" },
  features: ALL,
  ...more,
});

/** Ada's page of a room with three messages; the first and the third are hers. */
export function page({ kept = new Storage(), editMinutes = 0, ...more } = {}) {
  const storage = new SafeStorage(() => kept);
  const timeline = new Timeline();
  const outbox = new Outbox({ storage, prefix: "outbox/" });
  const changes = new Changes({ storage, prefix: "changes/" });
  const reacted = new OwnReactions({ storage, key: "reacted" });
  const conversation = new Conversation({ timeline, outbox, changes, reacted, editMinutes });
  const fired = [];
  for (const type of ["posted", "updated", "deleted", "anew", "reset", "dropped"])
    conversation.addEventListener(type, ({ detail }) =>
      fired.push([type, ...(detail?.messages ?? []).map(({ seq }) => seq)].join(" ")),
    );
  conversation.welcome(greeting(more));
  conversation.apply({ after: 0, head: 3, messages: [post(1), post(2), post(3)] });
  fired.length = 0;
  const at = (seq) => conversation.items.find((item) => item.seq === seq);
  const ack = (seq) => changes.settle(changes.entries.find((e) => e.state === "waiting").id, seq);
  return { kept, timeline, outbox, changes, conversation, fired, at, ack };
}

export const update = (seq, head, more) => ({
  after: head - 1,
  head,
  messages: [post(seq, { changed_seq: head, ...more })],
});
