/**
 * What the reader sees: the room's timeline, followed by this browser's outbox. Pure. Fires
 *   change   the items have changed
 *   posted   {messages}: new messages of others
 *   reset    the shown messages were dropped; {replaced} says whether the log was replaced,
 *            otherwise too many messages were missed
 */
export class Conversation extends EventTarget {
  #timeline;
  #outbox;
  #you = { author_id: null, name: "" };
  #greeting = null;
  #newAfter = null; // messages up to this seq existed when the page was opened
  #head = 0; // the log's, at the last welcome

  constructor({ timeline, outbox }) {
    super();
    this.#timeline = timeline;
    this.#outbox = outbox;
    outbox.addEventListener("change", () => {
      this.#forgetDelivered();
      this.#fire("change");
    });
  }

  get you() {
    return this.#you;
  }

  /** The server's messages, then the outbox's in the same shape, with `state` and `refusal`. */
  get items() {
    const { messages, isAway } = this.#timeline;
    return isAway ? messages : [...messages, ...this.#outbox.entries.map(this.#asMessage)];
  }

  isMine({ author_id }) {
    return author_id === this.#you.author_id;
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
    this.#fire("change");
  }

  welcome(frame) {
    const replaced = this.#timeline.cursor?.epoch !== frame.epoch;
    const reset = this.#timeline.welcome(frame);
    if (reset || this.#newAfter === null) this.#newAfter = frame.head;
    if (frame.reset) this.#outbox.forgetSent();
    this.#head = frame.head;
    const { epoch, limits, room, you } = frame;
    this.#greeting = { epoch, limits, room, you };
    this.#you = you;
    this.#refuseOtherAuthors();
    this.#fire("change");
    if (reset) this.#fire("reset", { replaced });
  }

  /** Apply a `room.changed`; false if there is a gap and the connection must resume. */
  apply(frame) {
    const changed = this.#timeline.apply(frame);
    if (changed === null) return false;

    this.#forgetDelivered();
    const posted = changed.filter(
      ({ seq, changed_seq }) => seq === changed_seq && seq > this.#newAfter,
    );
    const theirs = posted.filter((message) => !this.isMine(message));
    this.#fire("change");
    if (theirs.length > 0) this.#fire("posted", { messages: theirs });
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
   * Remove messages from the outbox that have arrived. Another tab's message may reach us through
   * the room before it does through the shared storage, and one whose ack was lost may be among the
   * messages that are not on the page.
   */
  #forgetDelivered() {
    const { author_id } = this.#you;
    const end = this.#timeline.cursor?.seq ?? 0;
    const delivered = this.#outbox.entries.filter(
      ({ client_message_id, seq }) =>
        seq <= end || this.#timeline.has({ author_id, client_message_id }),
    );
    this.#outbox.forget(delivered.map((entry) => entry.client_message_id));
  }

  /** Messages written as another guest are not sent under the new name without asking. */
  #refuseOtherAuthors() {
    for (const entry of this.#outbox.entries) {
      if (entry.state !== "waiting" || entry.author_id === null || this.isMine(entry)) continue;
      this.#outbox.refuse(entry.client_message_id, { code: "other_author" });
    }
  }

  #asMessage = (entry) => ({
    client_message_id: entry.client_message_id,
    author_id: entry.author_id ?? this.#you.author_id,
    author_name: this.#you.name,
    body: entry.body,
    posted_at: entry.written_at,
    mine: true,
    state: entry.state,
    refusal: entry.refusal,
  });

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
