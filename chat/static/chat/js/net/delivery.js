/** Empties the outbox over the connection: one message at a time, in order, the same one again until the server has settled it. */
import { ConnectionLost, Refusal } from "./connection.js";

const PATIENCE = 3_000; // ms that another tab gets for its own messages
const SHORTEST_PAUSE = 100; // ms; a refusal that says "now" must not become a busy loop

export class Delivery {
  #outbox;
  #connection;
  #lockName;
  #underWay = null;

  constructor({ outbox, connection, lockName }) {
    this.#outbox = outbox;
    this.#connection = connection;
    this.#lockName = lockName;
  }

  /** Another tab put something in: it will send it, unless it is closed before it can. */
  runLater() {
    setTimeout(() => this.run(), PATIENCE);
  }

  /** Call whenever there is something of this tab's to send, and whenever sending may work again. */
  run() {
    if (!this.#next()) return;
    this.#underWay ??= this.#alone(() => this.#empty())
      .finally(() => (this.#underWay = null))
      .then(() => this.run());
  }

  /** The message to send now, or null. */
  #next() {
    return this.#connection.connected ? this.#outbox.next() : null;
  }

  async #empty() {
    for (let entry = this.#next(); entry; entry = this.#next()) {
      const { client_message_id, body } = entry;
      try {
        const { seq } = await this.#connection.command("message.post", { client_message_id, body });
        this.#outbox.settle(client_message_id, seq);
      } catch (error) {
        if (error instanceof ConnectionLost) continue;
        if (!(error instanceof Refusal)) throw error;
        if (error.retryInMs === null)
          this.#outbox.refuse(client_message_id, { code: error.code, detail: error.message });
        else await pause(Math.max(error.retryInMs, SHORTEST_PAUSE));
      }
    }
  }

  /** One tab at a time spares the server doubles. Where the browser has no locks (plain http), doubles are harmless. */
  async #alone(work) {
    if (navigator.locks) await navigator.locks.request(this.#lockName, work);
    else await work();
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
