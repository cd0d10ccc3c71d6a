/** Sends what waits in the outbox and among the changes. Pure. */
import { ConnectionLost, Refusal } from "./errors.js";

const OTHER_TAB_TIME = 3_000; // ms that another tab gets to send its own messages
const MIN_PAUSE = 100; // ms; a refusal with retry_in_ms 0 must not become a busy loop

/**
 * Posts, edits and deletions are sent one after the other, in the order in which they were made.
 * Reactions have a lane of their own: the server holds some of them back for a moment, and posts do
 * not wait for that.
 */
export class Delivery {
  #lanes;

  /** `lockName(lane)` is for Web Locks. */
  constructor({ outbox, changes, conversation, connection, lockName }) {
    const isOffered = (kind) => conversation.features.has(kind);
    const rewrites = new ChangeQueue({ changes, kinds: ["edit", "delete"], isOffered });
    const reactions = new ChangeQueue({ changes, kinds: ["react"], isOffered });
    this.#lanes = [
      new Lane({ queues: [outbox, rewrites], connection, lockName: lockName("outbox") }),
      new Lane({ queues: [reactions], connection, lockName: lockName("reactions") }),
    ];
    for (const unsettled of [outbox, changes])
      unsettled.addEventListener("waiting", () => this.run());
  }

  /** Another tab added something: send it only if that tab is closed before it can. */
  runLater() {
    setTimeout(() => this.run(), OTHER_TAB_TIME);
  }

  /** Call when sending may work again. */
  run() {
    for (const lane of this.#lanes) lane.run();
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

  /** A queue has `next`, `start`, `settle` and `refuse`, see Outbox. */
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
        if (error.retryInMs === null) queue.refuse(id, { code: error.code, detail: error.message });
        else await pause(Math.max(error.retryInMs, MIN_PAUSE));
      }
    }
  }

  /** One tab at a time. Browsers have no locks on plain http; duplicates are harmless there. */
  async #withLock(work) {
    if (navigator.locks) await navigator.locks.request(this.#lockName, work);
    else await work();
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

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
