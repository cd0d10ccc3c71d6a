/**
 * What this browser has written in a room and the server has not yet acknowledged, oldest first. Survives reloads and is shared by
 * the browser's tabs: one storage key per message, so that no tab ever overwrites another's. A message is
 *   waiting  until the server acknowledges it,
 *   sent     from then until it is seen in the timeline (only in memory: the server has it now),
 *   refused  when sending it again as it is would be pointless.
 * Two tabs may send the same message; its client_message_id makes the second harmless. Fires `change`, and `waiting` when
 * this tab has put in something to send.
 */
import { uuid } from "./uuid.js";

export class Outbox extends EventTarget {
  #storage;
  #prefix;
  #entries = new Map();

  constructor({ storage, prefix }) {
    super();
    this.#storage = storage;
    this.#prefix = prefix;
    for (const key of storage.keys(prefix)) this.#take(storage.get(key));
  }

  /** All of them in the order they were written. */
  get entries() {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order);
  }

  /** The one to send now. Nothing overtakes it: it stays the next until it is settled or refused. */
  next() {
    return this.entries.find(({ state }) => state === "waiting") ?? null;
  }

  add({ body, author_id, client_message_id = uuid() }) {
    const now = Date.now();
    const last = Math.max(0, ...this.entries.map(({ order }) => order));
    const entry = {
      client_message_id,
      author_id,
      body,
      written_at: new Date(now).toISOString(),
      order: Math.max(now, last + 1), // a clock set back must not reorder
      state: "waiting",
      refusal: null,
    };
    this.#put(entry);
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** The server has stored it, at `seq`. */
  settle(id, seq) {
    const entry = this.#entries.get(id);
    if (!entry) return;

    this.#storage.remove(this.#key(id));
    this.#entries.set(id, { ...entry, state: "sent", seq, refusal: null });
    this.#changed();
  }

  refuse(id, { code, detail }) {
    const entry = this.#entries.get(id);
    if (entry) this.#put({ ...entry, state: "refused", refusal: { code, detail } });
  }

  /** Send a refused one after all, as `author_id`. After a conflict its id is spent, so it goes out under a new one. */
  retry(id, author_id) {
    const entry = this.#entries.get(id);
    if (!entry) return;

    const spent = entry.refusal?.code === "conflict";
    if (spent) this.#remove(id);
    this.#put({
      ...entry,
      author_id,
      client_message_id: spent ? uuid() : id,
      state: "waiting",
      refusal: null,
    });
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  discard(id) {
    this.#remove(id);
    this.#changed();
  }

  /** These are in the timeline now: nothing is left to keep. */
  forget(ids) {
    const known = ids.filter((id) => this.#entries.has(id));
    if (known.length === 0) return;

    for (const id of known) this.#remove(id);
    this.#changed();
  }

  /** The log was replaced or skipped: what was acknowledged will not show up on its own any more. */
  forgetSent() {
    this.forget(
      this.entries.filter(({ state }) => state === "sent").map((entry) => entry.client_message_id),
    );
  }

  /** A `storage` event: another tab changed what we share. */
  follow({ key, newValue }) {
    if (!key?.startsWith(this.#prefix)) return;

    const id = key.slice(this.#prefix.length);
    const entry = this.#entries.get(id);
    if (newValue !== null) this.#take(newValue);
    else if (entry?.state === "refused") this.#entries.delete(id);
    else if (entry) this.#entries.set(id, { ...entry, state: "sent" });
    this.#changed();
  }

  #key(id) {
    return this.#prefix + id;
  }

  #take(json) {
    try {
      const entry = JSON.parse(json);
      if (typeof entry.body === "string" && entry.client_message_id)
        this.#entries.set(entry.client_message_id, entry);
    } catch {
      // Not ours, or half written by a crash: leave it alone.
    }
  }

  #put(entry) {
    this.#entries.set(entry.client_message_id, entry);
    this.#storage.set(this.#key(entry.client_message_id), JSON.stringify(entry));
    this.#changed();
  }

  #remove(id) {
    this.#entries.delete(id);
    this.#storage.remove(this.#key(id));
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
