/**
 * The messages that replies refer to, wherever they are in the log. Those that are not on the page
 * are fetched once, together, and follow later changes. Fires `change` when there are more to show.
 */
import { Refusal } from "../net/errors.js";

const MAX_FETCHED = 50; // messages of one command; see docs/protocol.md
const MAX_KEPT = 500; // messages; the ones kept for longest are dropped
const MIN_PAUSE = 1_000; // ms; a refusal with retry_in_ms 0 must not become a busy loop

/** Stands for a message that the server does not have any more. */
const MISSING = Object.freeze({ missing: true });

export class Targets extends EventTarget {
  #conversation;
  #connection;
  #kept = new Map(); // by seq: a message, or MISSING
  #wanted = new Set(); // seqs
  #asking = false;

  constructor({ conversation, connection }) {
    super();
    this.#conversation = conversation;
    this.#connection = connection;
    conversation.addEventListener("updated", ({ detail }) => this.#update(detail.messages));
    conversation.addEventListener("anew", () => this.#kept.clear());
    conversation.addEventListener("change", () => this.#readAgain());
    connection.addEventListener("welcome", () => this.#fetchSoon());
  }

  /**
   * The message at `seq` as it stands: an item of the conversation, {missing: true} if the server
   * does not have it, or null while it is not known.
   */
  of(seq) {
    const shown = this.#conversation.find(seq);
    if (shown) return shown;
    const kept = this.#kept.get(seq);
    if (kept) return kept === MISSING ? kept : this.#conversation.itemOf(kept);
    this.#wanted.add(seq);
    this.#fetchSoon();
    return null;
  }

  /** After the caller has asked for the others as well. */
  async #fetchSoon() {
    if (this.#asking) return;
    this.#asking = true;
    await null;
    while (this.#wanted.size > 0 && this.#connection.connected && this.#isOffered) {
      const pause = await this.#fetch([...this.#wanted].slice(0, MAX_FETCHED));
      if (pause === null) break; // the next welcome asks again
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#asking = false;
  }

  get #isOffered() {
    return this.#conversation.features.has("reply");
  }

  /** Resolves with the ms to wait, or null without a connection. */
  async #fetch(seqs) {
    try {
      this.#keep(seqs, await this.#connection.command("messages.fetch", { seqs }));
      return 0;
    } catch (error) {
      if (!(error instanceof Refusal)) return null;
      if (error.retryInMs !== null) return Math.max(error.retryInMs, MIN_PAUSE);
      for (const seq of seqs) this.#wanted.delete(seq); // `of` may ask again
      return MIN_PAUSE;
    }
  }

  #keep(seqs, { messages, more }) {
    const found = new Map(messages.map((message) => [message.seq, message]));
    const outdated = seqs.filter((seq) => this.#conversation.outdated.has(seq));
    const end = more ? messages.at(-1).seq : Infinity; // later ones did not fit
    for (const seq of seqs) {
      if (seq > end || !this.#wanted.delete(seq)) continue;
      const message = found.get(seq);
      this.#kept.set(seq, message ? this.#conversation.newest(message) : MISSING);
    }
    for (const seq of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(seq);
    }
    this.dispatchEvent(new CustomEvent("change"));
    if (outdated.length > 0)
      this.#conversation.refresh(
        messages,
        outdated.filter((seq) => seq <= end),
      );
  }

  /** Messages on the page that may have been restored. */
  #readAgain() {
    if (this.#conversation.outdated.size === 0) return;
    for (const seq of this.#conversation.outdated) this.#wanted.add(seq);
    this.#fetchSoon();
  }

  /** Keep no older version, above all no text that was deleted. */
  #update(messages) {
    for (const message of messages) {
      const kept = this.#kept.get(message.seq);
      if (kept && !(kept.changed_seq > message.changed_seq)) this.#kept.set(message.seq, message);
    }
    for (const [seq, kept] of this.#kept) {
      if (kept === MISSING) continue;
      const newest = this.#conversation.newest(kept);
      if (this.#conversation.isOutdated(newest))
        this.#kept.delete(seq); // `of` asks again
      else this.#kept.set(seq, newest);
    }
  }
}
