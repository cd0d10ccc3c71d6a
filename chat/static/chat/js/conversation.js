/**
 * What the reader sees: the room's timeline, then what this browser has yet to get into it. Pure; fires
 *   change   there is something else to draw
 *   posted   {messages}: others' messages that came while the page was open
 *   reset    the log was replaced; what was shown is gone
 */
const PAGE = 50; // messages

export class Conversation extends EventTarget {
  #timeline;
  #outbox;
  #excerpt = null;
  #you = { author_id: null, name: "" };
  #newAfter = null; // messages up to this seq were there when the page opened

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
    if (this.#excerpt) return this.#excerpt.messages;
    return [...this.#timeline.messages, ...this.#outbox.entries.map(this.#asMessage)];
  }

  /** The part of the log on the page: the timeline, or an excerpt away from it. */
  get shown() {
    return this.#excerpt ?? this.#timeline;
  }

  get isAway() {
    return this.#excerpt !== null;
  }

  /** What to ask for next on the way up, or null. */
  get older() {
    const { shown } = this;
    return shown.ready && shown.hasOlder ? { log: shown, before: shown.before, limit: PAGE } : null;
  }

  /** The same on the way down. */
  get newer() {
    return this.#excerpt && { log: this.#excerpt, ...this.#excerpt.next };
  }

  isMine({ author_id }) {
    return author_id === this.#you.author_id;
  }

  rename(name) {
    this.#you = { ...this.#you, name };
    this.#fire("change");
  }

  welcome(frame) {
    const reset = this.#timeline.welcome(frame);
    if (reset || this.#newAfter === null) this.#newAfter = frame.head;
    if (reset) this.#excerpt = null;
    if (frame.reset) this.#outbox.forgetSent();
    this.#you = frame.you;
    this.#disownStrangers();
    this.#fire("change");
    if (reset) this.#fire("reset");
  }

  /** False when the change does not follow on: resume from the cursor. */
  apply(frame) {
    const changed = this.#timeline.apply(frame);
    if (changed === null) return false;

    this.#forgetSeen();
    const posted = changed.filter(({ seq, changed_seq }) => seq === changed_seq && seq > this.#newAfter);
    const theirs = posted.filter((message) => !this.isMine(message));
    this.#fire("change");
    if (theirs.length > 0) this.#fire("posted", { messages: theirs });
    return true;
  }

  prepend(page, { log, before }) {
    log.prepend(page, before);
    this.#fire("change");
  }

  append(page, { log, before }) {
    log.append(page, before);
    this.#join();
    this.#fire("change");
  }

  /** Show a part of the log that may lie far from its end. */
  visit(excerpt) {
    this.#excerpt = excerpt;
    this.#join();
    this.#fire("change");
  }

  /** Back to the latest messages. */
  leave() {
    if (!this.#excerpt) return;
    this.#excerpt = null;
    this.#fire("change");
  }

  /** An excerpt that has reached the timeline becomes a part of it. */
  #join() {
    if (!this.#excerpt || this.#excerpt.end < this.#timeline.start) return;
    const { messages, hasOlder, start } = this.#excerpt;
    if (start < this.#timeline.start) this.#timeline.prepend({ messages, more: hasOlder }, this.#timeline.before);
    this.#excerpt = null;
  }

  /** In either order: another tab's message may reach us through the room before it does through the storage we share. */
  #forgetSeen() {
    const { author_id } = this.#you;
    const seen = this.#outbox.entries.filter(({ client_message_id }) => this.#timeline.has({ author_id, client_message_id }));
    this.#outbox.forget(seen.map((entry) => entry.client_message_id));
  }

  /** Written here as somebody else (another guest, another account): never sent under a new name unasked. */
  #disownStrangers() {
    for (const entry of this.#outbox.entries) {
      if (entry.state !== "waiting" || entry.author_id === null || this.isMine(entry)) continue;
      const detail = `You were somebody else when you wrote this. Send it as ${this.#you.name}?`;
      this.#outbox.refuse(entry.client_message_id, { code: "other_author", detail });
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
