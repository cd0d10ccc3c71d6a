/**
 * The browser's end of the socket. Keeps one open, comes back when it is lost, resumes from the cursor, and matches replies to
 * commands. Knows nothing of messages: every event goes out as a CustomEvent named after the frame's type.
 *
 * Also fires `sure`, when `isSure` has become true without a welcome, and `state`, whenever `connection.state` changes:
 *   {name: "connecting"}  {name: "connected"}  {name: "waiting", until, leaving, code}  {name: "leaving", until}  {name: "stopped", code}
 */
import { Backoff } from "./backoff.js";
import { staysAway } from "./close_codes.js";

const SUBPROTOCOL = "chat.v1";
const OPEN_TIMEOUT = 10_000; // ms from the attempt to the welcome
const REPLY_TIMEOUT = 10_000; // ms; a command unanswered for longer means that the connection is dead
const WAKE_TIMEOUT = 1_000; // the same, and to the welcome, when there is reason to doubt it: people expect to be back in two seconds
const QUIET = 45_000; // ms without any frame before we ask whether anybody is there
const STEADY = 5_000; // ms connected before the backoff starts afresh

/** The server's "no" to one command. `retryInMs` is null when asking again is pointless. */
export class Refusal extends Error {
  constructor({ code, detail, retry_in_ms: retryInMs }) {
    super(detail);
    this.name = "Refusal";
    this.code = code;
    this.detail = detail;
    this.retryInMs = retryInMs ?? null;
  }
}

/** The connection went away before the reply: the command may or may not have been carried out. */
export class ConnectionLost extends Error {
  name = "ConnectionLost";
}

export class Connection extends EventTarget {
  #url;
  #cursor;
  #backoff;
  #socket = null;
  #state = { name: "connecting" };
  #commands = new Map();
  #lastId = 0;
  #attemptedAt = 0;
  #heardAt = 0;
  #absence = 0;
  #isSure = false;
  #leaveAt = 0;
  #timers = { retry: 0, open: 0, steady: 0, quiet: 0, leave: 0, wake: 0 };

  /** `url` may be a path of this site. `cursor` is called at each attempt: {epoch, seq} to resume from, or null to begin. */
  constructor({ url, cursor, backoff = new Backoff() }) {
    super();
    this.#url = url;
    this.#cursor = cursor;
    this.#backoff = backoff;
  }

  get state() {
    return this.#state;
  }

  get connected() {
    return this.#state.name === "connected" || this.#state.name === "leaving";
  }

  /** At a welcome: ms for which we had not heard from the server before; 0 at the first one. While connected it never falls silent for longer than QUIET. */
  get absence() {
    return this.#absence;
  }

  /** Has the server been heard since the page woke? Before that, what it said meanwhile may be on its way. */
  get isSure() {
    return this.#isSure;
  }

  open() {
    this.#clearTimers();
    this.#attemptedAt = Date.now();
    const socket = new WebSocket(this.#address(), SUBPROTOCOL);
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      if (socket === this.#socket) this.#receive(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.#socket) this.#lose(event.code);
    });
    this.#timers.open = setTimeout(() => this.drop(), OPEN_TIMEOUT);
    this.#enter({ name: "connecting" });
  }

  /** Leave this socket and come back after the usual wait: what we have cannot be trusted. */
  drop() {
    const socket = this.#socket;
    this.#lose(1006);
    socket?.close();
  }

  /** The network may have changed under us (online again, back from sleep): be right within seconds. */
  wake() {
    this.#backoff.reset();
    this.#isSure = false;
    if (this.#state.name === "waiting") this.open();
    else if (this.connected) this.#probe(WAKE_TIMEOUT, () => this.#reopen());
    else if (this.#state.name === "connecting") this.#doubtAttempt();
  }

  /** Send a command; resolves with its ack, rejects with Refusal or ConnectionLost. After `timeout` the connection counts as `dead`. */
  command(type, fields = {}, { timeout = REPLY_TIMEOUT, dead = () => this.drop() } = {}) {
    if (!this.connected) return Promise.reject(new ConnectionLost());

    this.#lastId += 1;
    const id = this.#lastId;
    const reply = new Promise((resolve, reject) => {
      const deadline = setTimeout(dead, timeout);
      this.#commands.set(id, { resolve, reject, deadline });
    });
    this.#socket.send(JSON.stringify({ type, id, ...fields }));
    return reply;
  }

  #address() {
    const address = new URL(this.#url, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const cursor = this.#cursor();
    if (cursor) {
      address.searchParams.set("epoch", cursor.epoch);
      address.searchParams.set("since", cursor.seq);
    }
    return address;
  }

  #receive(frame) {
    const heardBefore = this.#heardAt;
    this.#heardAt = Date.now();
    if (frame.type === "welcome") this.#welcomed(heardBefore);
    if (frame.type === "going_away") this.#leaveSoon(frame.retry_in_ms);

    if (frame.reply_to != null && (frame.type === "ack" || frame.type === "error"))
      this.#settle(frame);
    else this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
  }

  #welcomed(heardBefore) {
    this.#absence = heardBefore && this.#heardAt - heardBefore;
    this.#isSure = true;
    clearTimeout(this.#timers.open);
    this.#timers.steady = setTimeout(() => this.#backoff.reset(), STEADY);
    this.#watchForQuiet();
    this.#enter({ name: "connected" });
  }

  #settle(frame) {
    const command = this.#commands.get(frame.reply_to);
    if (!command) return;

    this.#commands.delete(frame.reply_to);
    clearTimeout(command.deadline);
    if (frame.type === "ack") command.resolve(frame);
    else command.reject(new Refusal(frame));
  }

  #leaveSoon(delay) {
    this.#leaveAt = Date.now() + delay;
    this.#timers.leave = setTimeout(() => this.#reopen(), delay);
    this.#enter({ name: "leaving", until: this.#leaveAt });
  }

  #reopen() {
    this.#leaveAt = 0;
    const socket = this.#socket;
    this.#abandon();
    this.open();
    socket?.close();
  }

  #lose(code) {
    this.#abandon();
    if (staysAway(code)) {
      this.#enter({ name: "stopped", code });
      return;
    }

    const leaving = this.#leaveAt > Date.now();
    const until = leaving ? this.#leaveAt : Date.now() + this.#backoff.next();
    this.#leaveAt = 0;
    this.#timers.retry = setTimeout(() => this.open(), until - Date.now());
    this.#enter({ name: "waiting", until, leaving, code });
  }

  #abandon() {
    this.#socket = null;
    this.#clearTimers();
    for (const { reject, deadline } of this.#commands.values()) {
      clearTimeout(deadline);
      reject(new ConnectionLost());
    }
    this.#commands.clear();
  }

  /** A dead network closes nothing: without a heartbeat in the protocol, a reader must ask to find out. */
  #watchForQuiet() {
    const rest = this.#heardAt + QUIET - Date.now();
    if (rest <= 0) this.#probe(REPLY_TIMEOUT);
    this.#timers.quiet = setTimeout(() => this.#watchForQuiet(), rest > 0 ? rest : QUIET);
  }

  async #probe(timeout, dead) {
    try {
      // The page before the first message: always empty, so the cheapest question that must be answered.
      await this.command("history.fetch", { before: 1, limit: 1 }, { timeout, dead });
    } catch {
      return;
    }
    this.#isSure = true;
    this.dispatchEvent(new CustomEvent("sure"));
  }

  /** What an attempt sent while there was no network is lost, and a new attempt is quicker than its repetition. */
  #doubtAttempt() {
    clearTimeout(this.#timers.wake);
    const again = () => this.#state.name === "connecting" && this.#reopen();
    this.#timers.wake = setTimeout(again, this.#attemptedAt + WAKE_TIMEOUT - Date.now());
  }

  #clearTimers() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  #enter(state) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
