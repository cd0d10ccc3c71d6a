/**
 * What the reader sees: the room's timeline with this browser's own changes, followed by its
 * outbox. Pure. Fires
 *   change   the items have changed
 *   posted   {messages}: new messages of others
 *   updated  {messages}: later versions of messages, whether they are on the page or not
 *   deleted  {messages}: those of them that are deleted now
 *   anew     what was known of the log may be out of date
 *   reset    the shown messages were dropped; {replaced} says whether the log was replaced,
 *            otherwise too many messages were missed
 *   dropped  own changes were dropped, which were made in a log that was replaced
 */
export class Conversation extends EventTarget {
  #timeline;
  #outbox;
  #changes;
  #reacted;
  #features = new Set();
  #you = { author_id: null, name: "" };
  #greeting = null;
  #newAfter = null; // messages up to this seq existed when the page was opened
  #head = 0; // the log's, at the last welcome
  #editTime; // ms; the server decides, by its own clock

  /** A message can be edited for `editMinutes`; 0 means for ever. */
  constructor({ timeline, outbox, changes, reacted, editMinutes = 0 }) {
    super();
    this.#editTime = editMinutes * 60_000;
    this.#timeline = timeline;
    this.#outbox = outbox;
    this.#changes = changes;
    this.#reacted = reacted;
    for (const unsettled of [outbox, changes])
      unsettled.addEventListener("change", () => {
        this.#forgetDelivered();
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
    if (isAway) return items;
    const unsent = this.#outbox.entries.filter(({ state }) => state !== "withdrawn");
    return [...items, ...unsent.map(this.#asMessage)];
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
    if (!item.seq) return item.state !== "sent";
    const age = Date.now() - Date.parse(item.posted_at);
    const isLate = this.#editTime > 0 && age > this.#editTime;
    return this.#offers("edit", item) && this.isMine(item) && !isLate;
  }

  canDelete(item) {
    if (!item.seq) return item.state !== "sent";
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
    const { author_id } = this.#you;
    const { epoch } = this.#timeline;
    this.#outbox.add({ ...message, author_id, epoch }, { after: this.#changes.last });
  }

  /** An unsent message that was discarded meanwhile, maybe by another tab, is written anew. */
  edit(item, body) {
    const { author_id } = this.#you;
    const stored = item.seq ? item : this.#timeline.posted(item);
    if (stored) this.#change(stored, { kind: "edit", body });
    else if (!this.#outbox.edit(item.client_message_id, body, author_id)) this.post({ body });
  }

  /** Delete a message, or discard one that is not sent yet. */
  delete(item) {
    const stored = item.seq ? item : this.#timeline.posted(item);
    if (stored) this.#change(stored, { kind: "delete" });
    else this.#outbox.discard(item.client_message_id);
  }

  /** Set or remove the reader's own reaction. */
  react(item, emoji, on) {
    this.#change(item, { kind: "react", emoji, on });
  }

  /** Drop what the server refused to change in this message. */
  dismiss({ seq }) {
    this.#changes.dismiss(seq);
  }

  #offers(feature, { deleted_at }) {
    return this.#features.has(feature) && !deleted_at;
  }

  #change({ seq }, change) {
    const { author_id } = this.#you;
    const { epoch } = this.#timeline;
    this.#changes.add({ ...change, seq, epoch, author_id }, { after: this.#outbox.last });
  }

  /** {slug, title} of the last welcome; null before the first one. */
  get room() {
    return this.#greeting?.room ?? null;
  }

  rename(name) {
    this.#you = { ...this.#you, name };
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
    this.#you = greeting.you;
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
    this.#you = you;
    this.#features = new Set(features);
    this.#outbox.repliesTo = this.#features.has("reply") ? epoch : null;
    this.#reacted.welcome({ epoch, author_id: you.author_id });
    const dropped = this.#changes.keepOnly(epoch);
    this.#refuseOtherAuthors();
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
    this.#changes.deleted(deleted.map(({ seq }) => seq));
    this.#forgetDelivered();
    // They may have been edited, or reacted to, before they got here.
    const begin = Math.max(end, this.#newAfter);
    const posted = changed.filter(({ seq, deleted_at }) => seq > begin && !deleted_at);
    const theirs = posted.filter((message) => !this.isMine(message));
    if (later.length > 0) this.#fire("updated", { messages: later });
    this.#fire("change");
    if (theirs.length > 0) this.#fire("posted", { messages: theirs });
    if (deleted.length > 0) this.#fire("deleted", { messages: deleted });
    return true;
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

  /**
   * Remove what the log shows now: messages of the outbox, and changes. Another tab's message may
   * reach us through the room before it does through the shared storage, and one whose ack was lost
   * may be among the messages that are not on the page.
   */
  #forgetDelivered() {
    const { author_id } = this.#you;
    const end = this.#timeline.cursor?.seq ?? 0;
    const seqOf = ({ seq, client_message_id }) =>
      Number.isInteger(seq) ? seq : this.#timeline.posted({ author_id, client_message_id })?.seq;
    if (this.#timeline.ready)
      for (const change of this.#outbox.takeAmendments(seqOf)) this.#change(change, change);
    const delivered = this.#outbox.entries.filter(
      ({ client_message_id, seq }) =>
        seq <= end || this.#timeline.posted({ author_id, client_message_id }) !== null,
    );
    this.#outbox.forget(delivered.map((entry) => entry.client_message_id));
    const shown = this.#changes.shownAt(end);
    this.#reacted.learn(shown.filter(({ kind }) => kind === "react"));
    this.#changes.forget(shown);
  }

  /** What was written or changed as another guest is not sent under the new name without asking. */
  #refuseOtherAuthors() {
    for (const { id, state, author_id } of this.#changes.entries)
      if (state === "waiting" && !this.isMine({ author_id }))
        this.#changes.refuse(id, { code: "changed_by_other" });
    for (const entry of this.#outbox.entries) {
      if (entry.state !== "waiting" || entry.author_id === null || this.isMine(entry)) continue;
      this.#outbox.refuse(entry.client_message_id, { code: "other_author" });
    }
  }

  #asMessage = (entry) => ({
    client_message_id: entry.client_message_id,
    author_id: entry.author_id ?? this.#you.author_id,
    author_name: this.#you.name,
    body: entry.edited ?? entry.body,
    reply_to_seq: entry.reply_to_seq,
    posted_at: entry.written_at,
    mine: true,
    state: entry.state,
    refusal: entry.refusal,
  });

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
