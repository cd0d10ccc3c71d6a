/**
 * The messages of this browser that the server has not yet acknowledged, oldest first. They survive
 * reloads and are shared by the browser's tabs: there is one storage key per message, so that no
 * tab overwrites another's. A message is
 *   waiting  until the server acknowledges it,
 *   sent     from then until it appears in the timeline (only in memory: the server has it now),
 *   refused  when sending it again unchanged would be pointless.
 * Two tabs may send the same message; its client_message_id makes the second attempt harmless.
 */
/** Pure. Fires `change`, and `waiting` when this tab added something to send. */
export class Outbox extends EventTarget {
  #storage;
  #prefix;
  #entries = new Map();
  /** The epoch of the log whose messages can be replied to, or null: other posts are plain ones. */
  repliesTo = null;

  constructor({ storage, prefix }) {
    super();
    this.#storage = storage;
    this.#prefix = prefix;
    for (const key of storage.keys(prefix)) this.#take(storage.get(key));
  }

  /** All messages in the order in which they were written. */
  get entries() {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order);
  }

  /** The order of the latest one. */
  get last() {
    return Math.max(0, ...this.entries.map(({ order }) => order));
  }

  /** The message to send now, until it is settled or refused; null if none waits. */
  next() {
    return this.entries.find(({ state }) => state === "waiting") ?? null;
  }

  /** What to send for an entry: {id, type, fields}; `id` is the one to settle or refuse. */
  start({ client_message_id, body, reply_to_seq, epoch }) {
    const fields = { client_message_id, body };
    if (reply_to_seq && epoch === this.repliesTo) fields.reply_to_seq = reply_to_seq;
    return { id: client_message_id, type: "message.post", fields };
  }

  /** It is sent after everything of an order up to `after`. */
  add({ body, author_id, client_message_id = uuid(), ...reply }, { after = 0 } = {}) {
    const now = Date.now();
    const entry = {
      client_message_id,
      author_id,
      body,
      ...reply,
      written_at: new Date(now).toISOString(),
      order: Math.max(now, after + 1, this.last + 1), // the clock may have been set back
      state: "waiting",
      refusal: null,
    };
    this.#put(entry);
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** The server has stored the message, at `seq`. */
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

  /** Send a refused message again, as `author_id`; after a conflict, under a new id. */
  retry(id, author_id) {
    const entry = this.#entries.get(id);
    if (!entry) return;

    const isTaken = entry.refusal?.code === "conflict";
    if (isTaken) this.#remove(id);
    this.#put({
      ...entry,
      author_id,
      client_message_id: isTaken ? uuid() : id,
      state: "waiting",
      refusal: null,
    });
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** Give a message that is not sent yet another text; false if it is not here. */
  edit(id, body) {
    const entry = this.#entries.get(id);
    if (!entry || entry.state === "sent") return false;
    this.#put({ ...entry, body });
    return true;
  }

  discard(id) {
    this.#remove(id);
    this.#changed();
  }

  /** Remove messages that are in the timeline now. */
  forget(ids) {
    const known = ids.filter((id) => this.#entries.has(id));
    if (known.length === 0) return;

    for (const id of known) this.#remove(id);
    this.#changed();
  }

  /** The log was replaced or skipped: acknowledged messages will not arrive by themselves. */
  forgetSent() {
    this.forget(
      this.entries.filter(({ state }) => state === "sent").map((entry) => entry.client_message_id),
    );
  }

  /** Handle a `storage` event: another tab changed the shared messages. */
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
      // Written by something else, or half written before a crash: leave it alone.
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

/**
 * A version 4 UUID (RFC 9562). crypto.randomUUID exists only on https and localhost, and a chat on
 * a home network may have neither.
 */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
