/**
 * What the reader sees: the room's timeline with this browser's own changes, followed by its
 * outbox. Pure. Fires
 *   change   the items have changed
 *   posted   {messages}: new messages of others, except hidden people
 *   updated  {messages}: later versions of messages, whether they are on the page or not
 *   deleted  {messages, isGone}: those of them that are deleted now; `isGone(message)` finds them
 *            and what was swept, by `seq` and `author_id`
 *   anew     what was known of the log may be out of date
 *   reset    the shown messages were dropped; {replaced} says whether the log was replaced,
 *            otherwise too many messages were missed
 *   dropped  own changes were dropped, which were made in a log that was replaced
 */
import { Unsettled } from "../net/delivery.js";
import { covers } from "./message_range.js";

const STORED = new Set(["sent", "held"]); // states of a message that the server has already

export class Conversation extends EventTarget {
  #timeline;
  #outbox;
  #changes;
  #reacted;
  #unsettled;
  #hidden;
  #features = new Set();
  #you = { author_id: null, name: "" };
  #greeting = null;
  #newAfter = null; // messages up to this seq existed when the page was opened
  #head = 0; // the log's, at the last welcome
  #editTime; // ms; the server decides, by its own clock

  /** `hidden` are HiddenPeople. A message can be edited for `editMinutes`; 0 means for ever. */
  constructor({ timeline, outbox, changes, reacted, hidden = null, editMinutes = 0 }) {
    super();
    this.#hidden = hidden;
    this.#editTime = editMinutes * 60_000;
    this.#timeline = timeline;
    this.#outbox = outbox;
    this.#changes = changes;
    this.#reacted = reacted;
    this.#unsettled = new Unsettled({ timeline, outbox, changes, reacted });
    for (const unsettled of [outbox, changes])
      unsettled.addEventListener("change", () => {
        this.#unsettled.forgetDelivered();
        this.#fire("change");
      });
  }

  get you() {
    return this.#you;
  }

  /** What the server offers: "reply", "edit", "delete", "react"; nothing before a welcome. */
  get features() {
    return this.#features;
  }

  /** The server's messages, then the outbox's in the same shape, with `state` and `refusal`. */
  get items() {
    const { messages, isAway } = this.#timeline;
    const items = messages.map((message) => this.itemOf(message));
    return isAway ? items : [...items, ...this.#unsettled.messages];
  }

  /** The message with this browser's changes, see Changes. */
  itemOf(message) {
    const { author_id } = this.#you;
    return this.#changes.applyTo(message, { author_id, reacted: this.#reacted });
  }

  /** The item of the message at `seq`, if it is on the page or among the latest; or null. */
  find(seq) {
    const message = this.#timeline.find(seq);
    return message && this.itemOf(message);
  }

  /** The latest known version of a message that was read from the server. */
  newest(message) {
    return this.#timeline.newest(message);
  }

  isMine({ author_id }) {
    return author_id === this.#you.author_id;
  }

  canEdit(item) {
    if (!item.seq) return !STORED.has(item.state);
    const age = Date.now() - Date.parse(item.posted_at);
    const isLate = this.#editTime > 0 && age > this.#editTime;
    return this.#offers("edit", item) && this.isMine(item) && !isLate;
  }

  canDelete(item) {
    if (!item.seq) return !STORED.has(item.state);
    return this.#offers("delete", item) && this.isMine(item);
  }

  canReact(item) {
    return Boolean(item.seq) && this.#offers("react", item);
  }

  canReply(item) {
    return Boolean(item.seq) && this.#offers("reply", item);
  }

  /** Post a message: {body, client_message_id, reply_to_seq}, the last one being optional. */
  post(message) {
    this.#unsettled.post(message);
  }

  /** An unsent message that was discarded meanwhile, maybe by another tab, is written anew. */
  edit(item, body) {
    const { author_id } = this.#you;
    const stored = item.seq ? item : this.#timeline.posted(item);
    if (stored) this.#unsettled.change(stored, { kind: "edit", body });
    else if (!this.#outbox.edit(item.client_message_id, body, author_id)) this.post({ body });
  }

  /** Delete a message, or discard one that is not sent yet. */
  delete(item) {
    const stored = item.seq ? item : this.#timeline.posted(item);
    if (stored) this.#unsettled.change(stored, { kind: "delete" });
    else this.#outbox.discard(item.client_message_id);
  }

  /** Set or remove the reader's own reaction. */
  react(item, emoji, on) {
    this.#unsettled.change(item, { kind: "react", emoji, on });
  }

  /** Drop what the server refused to change in this message. */
  dismiss({ seq }) {
    this.#changes.dismiss(seq);
  }

  #offers(feature, { deleted_at }) {
    return this.#features.has(feature) && !deleted_at;
  }

  /** {slug, title} of the last welcome; null before the first one. */
  get room() {
    return this.#greeting?.room ?? null;
  }

  rename(name) {
    this.#setYou({ ...this.#you, name });
    this.#fire("change");
  }

  /** Is there anything to show yet? */
  get ready() {
    return this.#timeline.ready;
  }

  /** Has everything that was posted before the last welcome arrived? */
  get isCurrent() {
    return this.#timeline.cursor?.seq >= this.#head;
  }

  /** What the room can be shown from without a server: messages, room and reader; or null. */
  get snapshot() {
    return this.#timeline.ready
      ? { greeting: { ...this.#greeting, you: this.#you }, timeline: this.#timeline.snapshot }
      : null;
  }

  restore({ greeting, timeline }) {
    this.#timeline.restore(timeline);
    this.#greeting = greeting;
    this.#setYou(greeting.you);
    this.#features = new Set(greeting.features);
    this.#reacted.welcome({ epoch: greeting.epoch, author_id: greeting.you.author_id });
    this.#fire("change");
  }

  welcome(frame) {
    const replaced = this.#timeline.cursor?.epoch !== frame.epoch;
    const reset = this.#timeline.welcome(frame);
    if (reset || this.#newAfter === null) this.#newAfter = frame.head;
    if (frame.reset) this.#outbox.forgetSent();
    if (frame.reset || replaced) this.#fire("anew");
    this.#head = frame.head;
    const { epoch, limits, room, you, features = [] } = frame;
    this.#greeting = { epoch, limits, room, you, features };
    this.#setYou(you);
    this.#features = new Set(features);
    this.#outbox.repliesTo = this.#features.has("reply") ? epoch : null;
    this.#reacted.welcome({ epoch, author_id: you.author_id });
    const dropped = this.#changes.keepOnly(epoch);
    this.#unsettled.refuseOtherAuthors();
    this.#fire("change");
    if (reset) this.#fire("reset", { replaced });
    if (dropped.length > 0) this.#fire("dropped");
  }

  /** Apply a `room.changed`; false if there is a gap and the connection must resume. */
  apply(frame) {
    const end = this.#timeline.cursor?.seq ?? 0;
    const changed = this.#timeline.apply(frame);
    if (changed === null) return false;

    const later = frame.messages.filter(
      ({ seq, changed_seq }) => changed_seq > end && changed_seq !== seq,
    );
    const deleted = later.filter(({ deleted_at }) => deleted_at);
    const sweeps = (frame.sweeps ?? []).filter(({ seq }) => seq > end);
    const swept = sweeps.filter(({ on }) => on);
    this.#changes.deleted(deleted.map(({ seq }) => seq));
    if (swept.length > 0) this.#unsettled.forgetRemoved();
    this.#unsettled.forgetDelivered();
    // They may have been edited, or reacted to, before they got here.
    const begin = Math.max(end, this.#newAfter);
    const posted = changed.filter(({ seq, deleted_at }) => seq > begin && !deleted_at);
    const theirs = posted.filter(
      (message) => !this.isMine(message) && !this.#hidden?.hides(message),
    );
    if (later.length + sweeps.length > 0) this.#fire("updated", { messages: later });
    this.#fire("change");
    if (theirs.length > 0) this.#fire("posted", { messages: theirs });
    if (deleted.length + swept.length > 0)
      this.#fire("deleted", { messages: deleted, isGone: among(deleted, swept) });
    return true;
  }

  /** The seqs of messages that have to be read again, for `refresh`. */
  get outdated() {
    return this.#timeline.outdated;
  }

  isOutdated(message) {
    return this.#timeline.isOutdated(message);
  }

  /** Take messages as they were read again; `seqs` are those that were asked for. */
  refresh(messages, seqs) {
    this.#timeline.refresh(messages, seqs);
    this.#fire("change");
  }

  /** Add the answer to `timeline.older`. */
  prepend(page, question) {
    this.#timeline.prepend(page, question);
    this.#fire("change");
  }

  /** Add the answer to `timeline.newer`. */
  append(page, question) {
    this.#timeline.append(page, question);
    this.#fire("change");
  }

  /** Show the answer to `timeline.around`, which may be far from the latest messages. */
  visit(page, question) {
    this.#timeline.visit(page, question);
    this.#fire("change");
  }

  /** Show the latest messages again. */
  showLatest() {
    if (!this.#timeline.isAway) return;
    this.#timeline.showLatest();
    this.#fire("change");
  }

  #setYou(you) {
    this.#you = you;
    this.#unsettled.reader = you;
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function among(deleted, swept) {
  const seqs = new Set(deleted.map(({ seq }) => seq));
  return (message) => seqs.has(message.seq) || swept.some((sweep) => covers(sweep, message));
}
