/** What waits in the outbox and among the changes: sending it, and dropping what arrived. Pure. */
import { ConnectionLost, Refusal } from "./errors.js";

const OTHER_TAB_TIME = 3_000; // ms that another tab gets to send its own messages
const MIN_PAUSE = 100; // ms; a refusal with retry_in_ms 0 must not become a busy loop
// Nothing is sent again by itself when these end, or not before a change of the room's rules.
const LASTING = new Set(["banned", "muted", "slow_mode"]);

/**
 * Posts, edits and deletions are sent one after the other, in the order in which they were made;
 * but while the reader has to wait before the next post, the others go on. Reactions have a lane of
 * their own: the server holds some of them back for a moment, and posts do not wait for that.
 */
export class Delivery {
  #outbox;
  #changes;
  #moderation;
  #lanes;

  /** `lockName(lane)` is for Web Locks. */
  constructor({ outbox, changes, conversation, connection, moderation, lockName }) {
    this.#outbox = outbox;
    this.#changes = changes;
    this.#moderation = moderation;
    const isOffered = (kind) => conversation.features.has(kind);
    const posts = new PostQueue({ outbox, moderation });
    const rewrites = new ChangeQueue({ changes, kinds: ["edit", "delete"], isOffered });
    const reactions = new ChangeQueue({ changes, kinds: ["react"], isOffered });
    this.#lanes = [
      new Lane({ queues: [posts, rewrites], connection, lockName: lockName("outbox") }),
      new Lane({ queues: [reactions], connection, lockName: lockName("reactions") }),
    ];
    for (const unsettled of [outbox, changes])
      unsettled.addEventListener("waiting", () => this.run());
    moderation.addEventListener("change", () => this.#followModeration());
  }

  /** Handle a `storage` event: what another tab added is sent if that is closed before it can. */
  follow(event) {
    this.#outbox.follow(event);
    this.#changes.follow(event);
    setTimeout(() => this.run(), OTHER_TAB_TIME);
  }

  /** Call when sending may work again. */
  run() {
    for (const lane of this.#lanes) lane.run();
  }

  #followModeration() {
    const { closed, standing, isKnown } = this.#moderation;
    if (isKnown) this.#outbox.recheck(standing.held);
    if (closed === "banned") this.#refuseAll({ code: closed });
    this.run();
  }

  #refuseAll(refusal) {
    const waits = ({ state }) => state === "waiting";
    for (const { client_message_id } of this.#outbox.entries.filter(waits))
      this.#outbox.refuse(client_message_id, refusal);
    for (const { id } of this.#changes.entries.filter(waits)) this.#changes.refuse(id, refusal);
  }
}

/**
 * Sends what waits in `queues` over the connection: one thing at a time, in the order in which it
 * was added to any of them, until it is settled.
 */
class Lane {
  #queues;
  #connection;
  #lockName;
  #running = null;

  /** A queue is as PostQueue. */
  constructor({ queues, connection, lockName }) {
    this.#queues = queues;
    this.#connection = connection;
    this.#lockName = lockName;
  }

  run() {
    if (!this.#next()) return;
    this.#running ??= this.#withLock(() => this.#sendAll())
      .finally(() => (this.#running = null))
      .then(() => this.run());
  }

  /** What to send now: {queue, entry}; or null. */
  #next() {
    if (!this.#connection.connected) return null;
    const [first = null] = this.#queues
      .map((queue) => ({ queue, entry: queue.next() }))
      .filter(({ entry }) => entry)
      .sort((a, b) => a.entry.order - b.entry.order);
    return first;
  }

  async #sendAll() {
    for (let next = this.#next(); next; next = this.#next()) {
      const { queue, entry } = next;
      const { id, type, fields } = queue.start(entry);
      try {
        const { seq } = await this.#connection.command(type, fields);
        queue.settle(id, seq);
      } catch (error) {
        if (error instanceof ConnectionLost) continue;
        if (!(error instanceof Refusal)) throw error;
        const ms = error.retryInMs === null ? null : Math.max(error.retryInMs, MIN_PAUSE);
        if (ms !== null && !LASTING.has(error.code)) await pause(ms);
        else queue.refuse(id, refusalOf(error, ms));
      }
    }
  }

  /** One tab at a time. Browsers have no locks on plain http; duplicates are harmless there. */
  async #withLock(work) {
    if (navigator.locks) await navigator.locks.request(this.#lockName, work);
    else await work();
  }
}

function refusalOf({ code, detail }, ms) {
  const refusal = { code, detail };
  return ms === null ? refusal : { ...refusal, until: new Date(Date.now() + ms).toISOString() };
}

/** The outbox as something for Delivery to send. */
class PostQueue {
  #outbox;
  #moderation;

  constructor({ outbox, moderation }) {
    this.#outbox = outbox;
    this.#moderation = moderation;
  }

  /** The message to send now, or null. */
  next() {
    return this.#moderation.isPaused ? null : this.#outbox.next();
  }

  /** What to send for an entry: {id, type, fields}. */
  start(entry) {
    return this.#outbox.start(entry);
  }

  settle(id, seq) {
    this.#outbox.settle(id, seq);
    this.#moderation.posted();
  }

  refuse(id, refusal) {
    if (refusal.code === "slow_mode") {
      this.#outbox.postpone(id);
      this.#moderation.pauseUntil(Date.parse(refusal.until));
    } else if (refusal.code === "held") this.#outbox.hold(id);
    else this.#outbox.refuse(id, refusal);
  }
}

const COMMANDS = { edit: "message.edit", delete: "message.delete", react: "message.react" };

/**
 * The changes of some kinds as something for Delivery to send. Only what the server offers is sent:
 * one of the previous release would refuse it.
 */
class ChangeQueue {
  #changes;
  #kinds;
  #isOffered;

  /** `isOffered(kind)`: does the server know such changes? */
  constructor({ changes, kinds, isOffered }) {
    this.#changes = changes;
    this.#kinds = kinds;
    this.#isOffered = isOffered;
  }

  /** The change to send now, or null. */
  next() {
    const isNext = ({ kind, state }) =>
      state === "waiting" && this.#kinds.includes(kind) && this.#isOffered(kind);
    return this.#changes.entries.find(isNext) ?? null;
  }

  start({ id, kind, seq, body, emoji, on }) {
    return { id, type: COMMANDS[kind], fields: { seq, body, emoji, on } };
  }

  settle(id, seq) {
    this.#changes.settle(id, seq);
  }

  refuse(id, refusal) {
    this.#changes.refuse(id, refusal);
  }
}

/**
 * What the room's log does not show yet: the outbox and the changes together, in the order in which
 * they were made.
 */
export class Unsettled {
  #timeline;
  #outbox;
  #changes;
  #reacted;
  #you = { author_id: null, name: "" };

  constructor({ timeline, outbox, changes, reacted }) {
    this.#timeline = timeline;
    this.#outbox = outbox;
    this.#changes = changes;
    this.#reacted = reacted;
  }

  /** {author_id, name} of the reader. */
  set reader(you) {
    this.#you = you;
  }

  /** The outbox in the shape of messages, with `state` and `refusal`. */
  get messages() {
    return this.#outbox.entries
      .filter(({ state }) => state !== "withdrawn")
      .map((entry) => this.#asMessage(entry));
  }

  post(message) {
    const { author_id } = this.#you;
    const { epoch } = this.#timeline;
    this.#outbox.add({ ...message, author_id, epoch }, { after: this.#changes.last });
  }

  /** Change the message at `seq`; see Changes. */
  change({ seq }, change) {
    const { author_id } = this.#you;
    const { epoch } = this.#timeline;
    this.#changes.add({ ...change, seq, epoch, author_id }, { after: this.#outbox.last });
  }

  /**
   * Remove what the log shows now: messages of the outbox, and changes. Another tab's message may
   * reach us through the room before it does through the shared storage, and one whose ack was lost
   * may be among the messages that are not on the page.
   */
  forgetDelivered() {
    const { author_id } = this.#you;
    const end = this.#timeline.cursor?.seq ?? 0;
    const seqOf = ({ seq, client_message_id }) =>
      Number.isInteger(seq) ? seq : this.#timeline.posted({ author_id, client_message_id })?.seq;
    if (this.#timeline.ready)
      for (const change of this.#outbox.takeAmendments(seqOf)) this.change(change, change);
    const delivered = this.#outbox.entries.filter(
      ({ client_message_id, seq }) =>
        seq <= end || this.#timeline.posted({ author_id, client_message_id }) !== null,
    );
    this.#outbox.forget(delivered.map((entry) => entry.client_message_id));
    const shown = this.#changes.shownAt(end);
    this.#reacted.learn(shown.filter(({ kind }) => kind === "react"));
    this.#changes.forget(shown);
  }

  /** Nothing is to be changed any more in what a moderator removed. */
  forgetRemoved() {
    const seqs = new Set(this.#changes.entries.map(({ seq }) => seq));
    this.#changes.deleted([...seqs].filter((seq) => this.#timeline.find(seq)?.removed));
  }

  /** What was written or changed as another guest is not sent under the new name without asking. */
  refuseOtherAuthors() {
    const isOthers = ({ author_id }) => author_id !== this.#you.author_id;
    for (const { id, state } of this.#changes.entries.filter(isOthers))
      if (state === "waiting") this.#changes.refuse(id, { code: "changed_by_other" });
    for (const { author_id, client_message_id, state } of this.#outbox.entries.filter(isOthers)) {
      // The reader is not told what becomes of a message that is held: it would be sent again.
      if (author_id !== null && (state === "waiting" || state === "held"))
        this.#outbox.refuse(client_message_id, { code: "other_author" });
    }
  }

  #asMessage(entry) {
    return {
      client_message_id: entry.client_message_id,
      author_id: entry.author_id ?? this.#you.author_id,
      author_name: this.#you.name,
      body: entry.edited ?? entry.body,
      reply_to_seq: entry.reply_to_seq,
      posted_at: entry.written_at,
      mine: true,
      state: entry.state,
      refusal: entry.refusal,
    };
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
