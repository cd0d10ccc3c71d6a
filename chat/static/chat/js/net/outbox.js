/**
 * The messages of this browser that the server has not yet acknowledged, oldest first. They survive
 * reloads and are shared by the browser's tabs: there is one storage key per message, so that no
 * tab overwrites another's. A message is
 *   waiting    until the server acknowledges it,
 *   sent       from then until it appears in the timeline (only in memory: the server has it now),
 *   held       when the server has it, and it waits for a moderator there,
 *   refused    when sending it again unchanged would be pointless,
 *   withdrawn  when it was discarded although the server may have stored it.
 * Two tabs may send the same message; its client_message_id makes the second attempt harmless, but
 * not with another text. So a message that was `tried` keeps its text, and `edited` is the new one.
 * Pure. Fires `change`, and `waiting` when this tab added something to send.
 */
const TAKEN = new Set(["conflict", "declined"]); // refusals of the client_message_id
const DAY = 24 * 3600 * 1000; // ms

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
  start({ client_message_id }) {
    const entry = this.#newest(client_message_id);
    if (!isTried(entry)) this.#put({ ...entry, tried: true });
    const { body, reply_to_seq, epoch } = entry;
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
      tried: false,
    };
    this.#put(entry);
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** The server has stored the message, at `seq`. */
  settle(id, seq) {
    const entry = this.#entries.get(id);
    if (!entry) return;

    const state = entry.state === "withdrawn" ? "withdrawn" : "sent";
    this.#storage.remove(this.#key(id));
    this.#entries.set(id, { ...entry, state, seq, refusal: null });
    this.#changed();
  }

  /** The server has stored the message, which waits for a moderator. */
  hold(id) {
    const entry = this.#entries.get(id);
    if (entry && entry.state !== "withdrawn") this.#put({ ...entry, state: "held" });
  }

  /** The server has not stored it: it is sent later, with the text that it has then. */
  postpone(id) {
    const entry = this.#entries.get(id);
    if (entry?.state === "withdrawn") this.discard(id);
    else if (entry) this.#put({ ...rewritten(entry), tried: false });
  }

  /** `ids` are those that are held still: resend the others, to learn what became of them. */
  recheck(ids) {
    const decided = this.entries.filter(
      ({ client_message_id, state }) => state === "held" && !ids.includes(client_message_id),
    );
    for (const entry of decided) this.#put({ ...entry, state: "waiting" });
    if (decided.length > 0) this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** `refusal` is {code, detail, until}; the last two are optional. */
  refuse(id, refusal) {
    const entry = this.#entries.get(id);
    if (entry?.state === "withdrawn") this.discard(id);
    else if (entry) this.#put({ ...rewritten(entry), state: "refused", refusal, tried: false });
  }

  /**
   * Send a refused message again, as `author_id`: under a new id if its id stands for another text
   * or was declined; if what it replies to is not there, as a plain message.
   */
  retry(id, author_id) {
    const entry = this.#entries.get(id);
    if (!entry) return;

    const isTaken = TAKEN.has(entry.refusal?.code);
    if (isTaken) this.#remove(id);
    const { reply_to_seq, ...plain } = entry;
    this.#put({
      ...(entry.refusal?.code === "not_found" ? plain : entry),
      author_id,
      client_message_id: isTaken ? uuid() : id,
      state: "waiting",
      refusal: null,
    });
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /**
   * Give a message another text; false if it is not here any more. A refused one is sent again, as
   * `author_id`.
   */
  edit(id, body, author_id) {
    const entry = this.#newest(id);
    if (!entry || entry.state === "withdrawn") return false;
    if (entry.state === "refused") {
      this.#entries.set(id, { ...entry, body });
      this.retry(id, author_id);
    } else if (entry.state === "sent") {
      this.#entries.set(id, { ...entry, edited: body });
      this.#changed();
    } else {
      this.#put(isTried(entry) ? { ...entry, edited: body } : { ...entry, body });
    }
    return true;
  }

  /** Drop a message; once it was sent, only its text, until it is known whether it is stored. */
  discard(id) {
    const entry = this.#newest(id);
    const mayBeStored = entry?.state === "sent" || (entry?.state === "waiting" && isTried(entry));
    if (mayBeStored) {
      const { edited, ...rest } = entry;
      this.#put({ ...rest, body: "", state: "withdrawn" });
    } else {
      this.#remove(id);
      this.#changed();
    }
  }

  /**
   * Those that were edited or withdrawn while they were being sent, as changes to make now that
   * `seqOf(entry)` knows their place: {seq, kind, body}.
   */
  takeAmendments(seqOf) {
    const amended = this.entries.filter(
      ({ edited, state }) => edited !== undefined || state === "withdrawn",
    );
    const placed = amended.filter((entry) => Number.isInteger(seqOf(entry)));
    for (const entry of placed)
      if (entry.state === "withdrawn") this.#remove(entry.client_message_id);
      else this.#entries.set(entry.client_message_id, rewritten(entry));
    return placed.map((entry) =>
      entry.state === "withdrawn"
        ? { seq: seqOf(entry), kind: "delete" }
        : { seq: seqOf(entry), kind: "edit", body: entry.edited },
    );
  }

  /** Remove messages that are in the timeline now, except those whose amendments are not taken. */
  forget(ids) {
    const isDone = (entry) => entry && entry.edited === undefined && entry.state !== "withdrawn";
    const known = ids.filter((id) => isDone(this.#entries.get(id)));
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
    else if (entry && entry.state !== "withdrawn")
      this.#entries.set(id, { ...entry, state: "sent" });
    this.#changed();
  }

  /** As the storage has it: another tab may have changed it a moment ago. */
  #newest(id) {
    const entry = this.#entries.get(id);
    if (entry && entry.state !== "sent") this.#take(this.#storage.get(this.#key(id)));
    return this.#entries.get(id) ?? null;
  }

  #key(id) {
    return this.#prefix + id;
  }

  #take(json) {
    try {
      const entry = JSON.parse(json);
      if (typeof entry.body === "string" && entry.client_message_id && !isForgotten(entry))
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

/** May the server know its text? A page of an older release does not say. */
function isTried({ tried }) {
  return tried !== false;
}

/** With the text that its author wants, as if it had been written so. */
function rewritten({ edited, ...entry }) {
  return { ...entry, body: edited ?? entry.body };
}

/** Whatever was withdrawn a day ago is not being stored any more. */
function isForgotten({ state, written_at }) {
  return state === "withdrawn" && Date.now() - Date.parse(written_at) > DAY;
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
