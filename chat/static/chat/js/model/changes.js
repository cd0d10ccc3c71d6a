/**
 * What this browser has changed in stored messages, until the room's log shows it: edits,
 * deletions and reactions. They survive reloads and are shared by the browser's tabs, with one
 * storage key for each. Pages of older releases know nothing of these keys; in the outbox they
 * would post an edit as a new message. A change is
 *   waiting  until the server acknowledges it,
 *   sent     from then until the log has come to the acknowledged seq,
 *   refused  when sending it again would be pointless.
 * Pure. Fires `change`, and `waiting` when this tab added something to send.
 */
import { uuid } from "../net/outbox.js";

const NONE = Object.freeze([]);

export class Changes extends EventTarget {
  #storage;
  #prefix;
  #entries = new Map(); // by id
  #items = new WeakMap(); // by message: {changes, author_id, item}
  #bySeq = new Map(); // the same ones, in order: a new array whenever one of a message changes

  constructor({ storage, prefix }) {
    super();
    this.#storage = storage;
    this.#prefix = prefix;
    for (const key of storage.keys(prefix)) this.#take(storage.get(key));
  }

  get entries() {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order);
  }

  /** Those of the message at `seq`, oldest first; the same array until one of them changes. */
  of(seq) {
    return this.#bySeq.get(seq) ?? NONE;
  }

  /**
   * The message with its changes: `pending` while one of them is on its way; `refused` ("edit",
   * "delete" or "react") with `refusal`, and the `refused_body` of an edit, when the server refused
   * one; and `mine` in its reactions. The same object until something changes.
   */
  applyTo(message, { author_id, reacted }) {
    const changes = this.of(message.seq);
    if (changes.length === 0 && !message.reactions) return message;
    const known = this.#items.get(message);
    if (known?.changes === changes && known.author_id === author_id) return known.item;
    const item = withChanges(message, changes, { author_id, reacted });
    this.#items.set(message, { changes, author_id, item });
    return item;
  }

  /** The order of the latest one. */
  get last() {
    return Math.max(0, ...this.entries.map(({ order }) => order));
  }

  /**
   * Add {kind, seq, epoch, author_id}, kind being `edit` with a body, `delete`, or `react` with
   * {emoji, on}. It replaces what it makes pointless: a deletion everything else of its message.
   * It is sent after everything of an order up to `after`.
   */
  add(change, { after = 0 } = {}) {
    for (const entry of this.of(change.seq)) if (replaces(change, entry)) this.#remove(entry);
    const now = Date.now();
    this.#put({
      ...change,
      id: uuid(),
      made_at: new Date(now).toISOString(),
      order: Math.max(now, after + 1, this.last + 1), // the clock may have been set back
      state: "waiting",
      refusal: null,
    });
    this.#changed();
    this.dispatchEvent(new CustomEvent("waiting"));
  }

  /** The server has stored the change, as number `acked` of the log or before. */
  settle(id, acked) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#put({ ...entry, state: "sent", acked });
    this.#changed();
  }

  /** `refusal` is {code, detail, until}; the last two are optional. */
  refuse(id, refusal) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (refusal.code === "deleted")
      this.#forgetAll(this.of(entry.seq)); // with all words of it
    else this.#put({ ...entry, state: "refused", refusal });
    this.#changed();
  }

  /** Drop the refused changes of the message at `seq`. */
  dismiss(seq) {
    this.forget(this.of(seq).filter(({ state }) => state === "refused"));
  }

  /** The changes that the log shows up to `seq`. */
  shownAt(seq) {
    return this.entries.filter(({ state, acked }) => state === "sent" && acked <= seq);
  }

  forget(entries) {
    if (entries.length === 0) return;
    this.#forgetAll(entries);
    this.#changed();
  }

  /** The messages at these seqs are deleted: drop what was to be changed in them. */
  deleted(seqs) {
    this.forget(seqs.flatMap((seq) => this.of(seq)));
  }

  /** Drop the changes of other logs than that of `epoch`; returns them. */
  keepOnly(epoch) {
    const others = this.entries.filter((entry) => entry.epoch !== epoch);
    this.forget(others);
    return others;
  }

  /** Handle a `storage` event: another tab changed the shared entries. */
  follow({ key, newValue }) {
    if (!key?.startsWith(this.#prefix)) return;
    const entry = this.#entries.get(key.slice(this.#prefix.length));
    if (newValue !== null) this.#take(newValue);
    // The log may reach another tab first. This one drops it when it is there itself.
    else if (entry && entry.state !== "sent") this.#forget(entry);
    this.#changed();
  }

  #forgetAll(entries) {
    for (const entry of entries) this.#remove(entry);
  }

  #put(entry) {
    this.#keep(entry);
    this.#storage.set(this.#prefix + entry.id, JSON.stringify(entry));
  }

  #remove(entry) {
    this.#forget(entry);
    this.#storage.remove(this.#prefix + entry.id);
  }

  #take(json) {
    try {
      const entry = JSON.parse(json);
      if (entry.id && entry.kind && Number.isInteger(entry.seq)) this.#keep(entry);
    } catch {
      // Written by something else, or half written before a crash: leave it alone.
    }
  }

  #keep(entry) {
    this.#entries.set(entry.id, entry);
    const others = this.of(entry.seq).filter(({ id }) => id !== entry.id);
    this.#bySeq.set(
      entry.seq,
      [...others, entry].sort((a, b) => a.order - b.order),
    );
  }

  #forget({ id, seq }) {
    this.#entries.delete(id);
    const others = this.of(seq).filter((entry) => entry.id !== id);
    if (others.length > 0) this.#bySeq.set(seq, others);
    else this.#bySeq.delete(seq);
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** Is there no point in `entry` once there is `change`? Both are of the same message. */
function replaces(change, entry) {
  if (change.kind === "delete") return true;
  return change.kind === entry.kind && change.emoji === entry.emoji;
}

/** The message as its author sees it, with `changes` in their order that its version lacks. */
function withChanges(message, changes, { author_id, reacted }) {
  const lacking = changes.filter(({ acked }) => !(message.changed_seq >= acked));
  const item = { ...message };
  const reactions = new Map();
  for (const { emoji, count, author_ids } of message.reactions ?? []) {
    // Only the first authors are listed.
    const mine =
      author_ids.includes(author_id) ||
      (count > author_ids.length && reacted.has(message.seq, emoji));
    reactions.set(emoji, { emoji, count, author_ids, mine });
  }
  for (const { kind, state, refusal, body, emoji, on, made_at } of lacking) {
    if (state === "refused") {
      Object.assign(item, { refused: kind, refusal });
      if (kind === "edit") item.refused_body = body;
      continue;
    }
    item.pending = true;
    if (kind === "edit") Object.assign(item, { body, edited_at: made_at });
    else if (kind === "delete") Object.assign(item, { body: "", deleted_at: made_at });
    else react(reactions, { emoji, on, author_id });
  }
  if (item.deleted_at) reactions.clear();
  item.reactions = [...reactions.values()];
  return item;
}

function react(reactions, { emoji, on, author_id }) {
  const known = reactions.get(emoji) ?? { emoji, count: 0, author_ids: [], mine: false };
  if (known.mine === on) return;
  const others = known.author_ids.filter((id) => id !== author_id);
  const count = known.count + (on ? 1 : -1);
  if (count === 0) reactions.delete(emoji);
  else
    reactions.set(emoji, {
      emoji,
      count,
      author_ids: on ? [...others, author_id] : others,
      mine: on,
    });
}

const MAX_REACTED = 500; // of a room; the oldest ones are dropped

/**
 * This browser's own reactions in a room, for messages with so many that the server does not list
 * all authors. One key for all: what two tabs add at the same moment may get lost, which shows a
 * reaction as that of others.
 */
export class OwnReactions {
  #storage;
  #key;
  #owner = { epoch: null, author_id: null };
  #json = null;
  #names = new Set(); // what #json says: "seq emoji"

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Those of another log or author mean nothing. */
  welcome({ epoch, author_id }) {
    this.#owner = { epoch, author_id };
    this.#json = null;
  }

  has(seq, emoji) {
    return this.#read().has(nameOf({ seq, emoji }));
  }

  /** Remember reactions that the server has stored: {seq, emoji, on}. */
  learn(reactions) {
    if (reactions.length === 0) return;
    const names = this.#read();
    for (const reaction of reactions) {
      names.delete(nameOf(reaction)); // reinsert: the latest one comes last
      if (reaction.on) names.add(nameOf(reaction));
    }
    const kept = [...names].slice(-MAX_REACTED);
    this.#storage.set(this.#key, JSON.stringify({ ...this.#owner, kept }));
  }

  #read() {
    const json = this.#storage.get(this.#key);
    if (json !== this.#json) {
      this.#json = json;
      this.#names = new Set(this.#parse(json));
    }
    return this.#names;
  }

  #parse(json) {
    try {
      const { epoch, author_id, kept } = JSON.parse(json);
      return epoch === this.#owner.epoch && author_id === this.#owner.author_id ? kept : [];
    } catch {
      return []; // none yet, or damaged
    }
  }
}

function nameOf({ seq, emoji }) {
  return `${seq} ${emoji}`;
}
