/**
 * Who decides in the room, its rules, and what applies to the reader, as the server tells it; and
 * what the reader asks of the server as an owner or moderator. Pure. Fires `change`, and `rules`
 * {before, after} when the rules are no longer those that the server sent before.
 */
import { BANNED, ConnectionLost, Refusal } from "../net/errors.js";
import { uuid } from "../net/outbox.js";

export const NO_RULES = Object.freeze({
  slow_seconds: 0,
  writers: "everybody",
  hold: "nobody",
  hold_links: false,
  keep_pins: false,
});
const ROOM = Object.freeze({ rules: NO_RULES, roles: [], pins: [], raid_until: null });
const STANDING = Object.freeze({
  role: null,
  is_regular: false,
  is_muted: false,
  muted_until: null,
  held: [],
});
const NOTHING_WAITS = Object.freeze({ held: 0, reports: 0 });
const PASSING = new Set(["busy", "too_fast", "unavailable"]); // refusals of a moment
const MAX_REFUSALS = 5; // of that kind for one command
const MIN_PAUSE = 100; // ms; a refusal with retry_in_ms 0 must not become a busy loop
const MAX_TIMER = 2 ** 31 - 1; // ms; browsers take a longer one for 0

export class Moderation extends EventTarget {
  #connection;
  #isOffered = false;
  #authorId = null;
  #room = ROOM;
  #isFirst = true; // has the server sent no rules yet?
  #roles = new Map(); // by author_id
  #standing = STANDING;
  #isKnown = false; // what applies to the reader
  #waits = NOTHING_WAITS;
  #isBanned = false;
  #postedAt = 0; // ms; the reader's last message in slow mode
  #pausedUntil = 0; // ms
  #timers = { mute: 0, pause: 0 };

  constructor({ connection }) {
    super();
    this.#connection = connection;
    connection.addEventListener("state", ({ detail: { name, code } }) => {
      this.#isBanned = name === "stopped" && code === BANNED;
      if (this.#isBanned) this.#changed();
    });
    connection.addEventListener("welcome", ({ detail }) => this.#welcome(detail));
    connection.addEventListener("room.rules", ({ detail }) => this.#follow(detail));
    connection.addEventListener("you.changed", ({ detail }) => this.#setStanding(detail));
    connection.addEventListener("moderation.changed", ({ detail }) => {
      this.#waits = detail;
      this.#changed();
    });
  }

  /** Does the server know of all this? */
  get isOffered() {
    return this.#isOffered;
  }

  /** All of them: {slow_seconds, writers, hold, hold_links, keep_pins}. */
  get rules() {
    return this.#room.rules;
  }

  /** Is any of them not the usual one? */
  get hasRules() {
    return Object.entries(NO_RULES).some(([name, usual]) => this.rules[name] !== usual);
  }

  /** [{author_id, name, role}], owners first. */
  get roles() {
    return this.#room.roles;
  }

  /** "owner", "moderator" or null. */
  roleOf(authorId) {
    return this.#roles.get(authorId) ?? null;
  }

  /** The seqs of the pinned messages, the one pinned last comes first. */
  get pins() {
    return this.#room.pins;
  }

  /** Until when newcomers have to wait longer, as a date; or null. */
  get raidUntil() {
    return dateOf(this.#room.raid_until);
  }

  /** {role, is_regular, is_muted, muted_until, held}: what applies to the reader. */
  get standing() {
    return this.#standing;
  }

  /** Has the server said what applies to the reader, or that nothing does? */
  get isKnown() {
    return this.#isKnown;
  }

  /** Until when the reader is muted, as a date; null if they are not, or for good. */
  get mutedUntil() {
    return dateOf(this.#standing.muted_until);
  }

  /**
   * Why the reader may not write now: "banned" or "muted", or who may instead: "regulars" or
   * "moderators"; null if they may.
   */
  get closed() {
    if (this.#isBanned) return "banned";
    const { role, is_regular, is_muted } = this.#standing;
    const { writers } = this.rules;
    if (is_muted && !(this.mutedUntil?.getTime() <= Date.now())) return "muted";
    if (!this.#isKnown || role !== null || writers === "everybody") return null;
    return writers === "regulars" && is_regular ? null : writers;
  }

  /** Until when the reader must not send the next message, as a date; null if they may. */
  get pausedUntil() {
    return this.isPaused ? new Date(this.#pausedUntil) : null;
  }

  get isPaused() {
    return this.#pausedUntil > Date.now();
  }

  /** The server has stored a message of the reader. */
  posted() {
    this.#postedAt = this.rules.slow_seconds > 0 ? Date.now() : 0;
    this.#followRules();
  }

  /** The server asks for a pause, until `time` in ms. */
  pauseUntil(time) {
    this.#pausedUntil = time;
    this.#changed();
    this.#awaitEnd("pause", time);
  }

  /** How many messages wait to be approved. Only owners and moderators know. */
  get held() {
    return this.#waits.held;
  }

  /** How many reported messages nobody has looked at. Only owners and moderators know. */
  get reports() {
    return this.#waits.reports;
  }

  /** Is the reader an owner or a moderator? */
  get canModerate() {
    return this.#standing.role !== null;
  }

  /** May the reader appoint and dismiss moderators? */
  get canAppoint() {
    return this.#standing.role === "owner";
  }

  /** May the reader mute and ban this person, and remove what they wrote? */
  canActOn(authorId) {
    const { role } = this.#standing;
    const theirs = this.roleOf(authorId);
    if (role === null || authorId === this.#authorId || theirs === "owner") return false;
    return role === "owner" || theirs === null;
  }

  /**
   * Do something that is written to the room's log of acts: `type` is a command, as "act.mute".
   * Resolves with the `act_id`, for `undo`, once the server has stored it, if need be after
   * reconnecting; rejects with a Refusal, or with ConnectionLost if the page does not reconnect.
   */
  async act(type, fields = {}) {
    const act_id = uuid();
    await this.send(type, { act_id, ...fields });
    return act_id;
  }

  undo(act_id) {
    return this.send("act.undo", { act_id });
  }

  report({ seq, reason = "" }) {
    return this.send("message.report", { seq, reason });
  }

  /** Send a command that is safe to repeat. Resolves with its ack; see `act`. */
  async send(type, fields = {}) {
    for (let refusals = 0; ; ) {
      if (!this.#connection.connected) await this.#reconnected();
      if (!this.#isOffered) throw new Refusal({ code: "bad_frame" });
      try {
        return await this.#connection.command(type, fields);
      } catch (error) {
        if (error instanceof ConnectionLost) continue;
        refusals += 1;
        if (!PASSING.has(error.code) || refusals > MAX_REFUSALS) throw error;
        await pause(Math.max(error.retryInMs, MIN_PAUSE));
      }
    }
  }

  #reconnected() {
    const connection = this.#connection;
    const until = new AbortController();
    return new Promise((resolve, reject) => {
      const follow = () => {
        if (connection.state.name === "stopped") reject(new ConnectionLost());
      };
      connection.addEventListener("welcome", resolve, { signal: until.signal });
      connection.addEventListener("state", follow, { signal: until.signal });
      follow();
    }).finally(() => until.abort());
  }

  /** With this feature the server sends everything again after the welcome. */
  #welcome({ features = [], you }) {
    this.#isOffered = features.includes("moderate");
    this.#authorId = you.author_id;
    this.#isKnown = !this.#isOffered;
    if (this.#isOffered) return;
    this.#standing = STANDING;
    this.#waits = NOTHING_WAITS;
    this.#setRoom(ROOM);
  }

  #follow(room) {
    const before = this.#isFirst ? null : this.rules;
    this.#isFirst = false;
    this.#setRoom(room);
    const after = this.rules;
    if (before !== null && Object.keys(after).some((name) => after[name] !== before[name]))
      this.dispatchEvent(new CustomEvent("rules", { detail: { before, after } }));
  }

  #setRoom(room) {
    this.#room = { ...room, rules: { ...NO_RULES, ...room.rules } };
    this.#roles = new Map(room.roles.map(({ author_id, role }) => [author_id, role]));
    this.#followRules();
  }

  #setStanding(standing) {
    this.#isKnown = true;
    this.#standing = standing;
    if (standing.role === null) this.#waits = NOTHING_WAITS;
    this.#followRules();
    this.#awaitEnd("mute", this.mutedUntil);
  }

  /** The pause that the server asked for may be over with the rules that it was for. */
  #followRules() {
    const ms = this.#standing.role === null ? this.rules.slow_seconds * 1000 : 0;
    this.pauseUntil(this.#postedAt + ms);
  }

  #awaitEnd(name, time) {
    clearTimeout(this.#timers[name]);
    const rest = time - Date.now();
    if (rest <= 0) return;
    this.#timers[name] = setTimeout(
      () => {
        this.#changed();
        this.#awaitEnd(name, time);
      },
      Math.min(rest, MAX_TIMER),
    );
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

function dateOf(timestamp) {
  return timestamp ? new Date(timestamp) : null;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
