/**
 * What the reader sees: the room's timeline, then what this browser has yet to get into it. Pure; fires
 *   change   there is something else to draw
 *   posted   {messages}: others' messages that came while the page was open
 *   reset    what was shown is gone: {replaced} by another log, or too much was said since
 */
export class Conversation extends EventTarget {
  #timeline;
  #outbox;
  #you = { author_id: null, name: "" };
  #greeting = null;
  #newAfter = null; // messages up to this seq were there when the page opened
  #head = 0; // the log's, when the server last greeted us

  constructor({ timeline, outbox }) {
    super();
    this.#timeline = timeline;
    this.#outbox = outbox;
    outbox.addEventListener("change", () => {
      this.#forgetSeen();
      this.#fire("change");
    });
  }

  get you() {
    return this.#you;
  }

  /** Messages as the server told them, with the outbox's in the same shape, plus `mine`, `state` and `refusal`. */
  get items() {
    const { messages, isAway } = this.#timeline;
    return isAway ? messages : [...messages, ...this.#outbox.entries.map(this.#asMessage)];
  }

  isMine({ author_id }) {
    return author_id === this.#you.author_id;
  }

  /** {slug, title}, as the server said last; null before it has. */
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

  /** Is everything here that was said before the last welcome? */
  get isCurrent() {
    return this.#timeline.cursor?.seq >= this.#head;
  }

  /** What a later visit needs to begin with: the latest messages, and what the server said of room and reader. Null while there is nothing. */
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
    this.#disownStrangers();
    this.#fire("change");
    if (reset) this.#fire("reset", { replaced });
  }

  /** False when the change does not follow on: resume from the cursor. */
  apply(frame) {
    const changed = this.#timeline.apply(frame);
    if (changed === null) return false;

    this.#forgetSeen();
    const posted = changed.filter(
      ({ seq, changed_seq }) => seq === changed_seq && seq > this.#newAfter,
    );
    const theirs = posted.filter((message) => !this.isMine(message));
    this.#fire("change");
    if (theirs.length > 0) this.#fire("posted", { messages: theirs });
    return true;
  }

  /** A page that `timeline.older` asked for. */
  prepend(page, question) {
    this.#timeline.prepend(page, question);
    this.#fire("change");
  }

  /** A page that `timeline.newer` asked for. */
  append(page, question) {
    this.#timeline.append(page, question);
    this.#fire("change");
  }

  /** A page that `timeline.around` asked for, which may lie far from the latest messages. */
  visit(page, question) {
    this.#timeline.visit(page, question);
    this.#fire("change");
  }

  /** Back to the latest messages. */
  leave() {
    if (!this.#timeline.isAway) return;
    this.#timeline.leave();
    this.#fire("change");
  }

  /**
   * In either order: another tab's message may reach us through the room before it does through the storage we share.
   * One whose ack was lost may have its place among those that are not on the page.
   */
  #forgetSeen() {
    const { author_id } = this.#you;
    const told = this.#timeline.cursor?.seq ?? 0;
    const seen = this.#outbox.entries.filter(
      ({ client_message_id, seq }) =>
        seq <= told || this.#timeline.has({ author_id, client_message_id }),
    );
    this.#outbox.forget(seen.map((entry) => entry.client_message_id));
  }

  /** Written here as somebody else (another guest, another account): never sent under a new name unasked. */
  #disownStrangers() {
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
