/**
 * The browser's end of the socket: keeps one open, reconnects, resumes from the cursor, and matches
 * replies to commands. It does not interpret messages: each event is dispatched as a CustomEvent
 * named after the frame's type.
 *
 * Also fires `sure`, when `isSure` becomes true without a welcome, and `state`, whenever
 * `connection.state` changes:
 *   {name: "connecting"}
 *   {name: "connected"}
 *   {name: "waiting", until, leaving, code}
 *   {name: "leaving", until}
 *   {name: "stopped", code}
 */
import { ConnectionLost, Refusal, staysAway } from "./errors.js";

const SUBPROTOCOL = "chat.v1";
const OPEN_TIMEOUT = 10_000; // ms from the attempt to the welcome
const REPLY_TIMEOUT = 10_000; // ms without a reply after which the connection counts as dead
// Shorter after the network changed or the machine slept: people expect to be back in two seconds.
const WAKE_TIMEOUT = 1_000; // ms
const QUIET = 45_000; // ms without any frame before we probe the connection
const STEADY = 5_000; // ms connected before the backoff is reset

export class Connection extends EventTarget {
  #url;
  #cursor;
  #backoff;
  #socket = null;
  #state = { name: "connecting" };
  #commands = new Map();
  #lastId = 0;
  #attemptedAt = 0;
  #lastFrameAt = 0;
  #absence = 0;
  #isSure = false;
  #leaveAt = 0;
  #timers = { retry: 0, open: 0, steady: 0, quiet: 0, leave: 0, wake: 0 };

  /**
   * `url` may be a path of this site. `cursor()` is called at each attempt and returns the
   * {epoch, seq} to resume from, or null to start with the latest messages.
   */
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

  /**
   * At a welcome: the ms since the last frame before it; 0 at the first welcome. While connected
   * this never exceeds QUIET.
   */
  get absence() {
    return this.#absence;
  }

  /** Has a frame arrived since the page woke? Until then, missed messages may be on their way. */
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

  /** Close this socket and reconnect after the usual delay: our state cannot be trusted. */
  drop() {
    const socket = this.#socket;
    this.#lose(1006);
    socket?.close();
  }

  /** The network may have changed (online again, back from sleep): find out within seconds. */
  wake() {
    this.#backoff.reset();
    this.#isSure = false;
    if (this.#state.name === "waiting") this.open();
    else if (this.connected) this.#probe(WAKE_TIMEOUT, () => this.#reopen());
    else if (this.#state.name === "connecting") this.#doubtAttempt();
  }

  /**
   * Send a command. Resolves with its ack, rejects with Refusal or ConnectionLost. Without a reply
   * within `timeout` ms, `dead()` is called.
   */
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
    const lastFrameBefore = this.#lastFrameAt;
    this.#lastFrameAt = Date.now();
    if (frame.type === "welcome") this.#welcomed(lastFrameBefore);
    if (frame.type === "going_away") this.#leaveSoon(frame.retry_in_ms);

    if (frame.reply_to != null && (frame.type === "ack" || frame.type === "error"))
      this.#settle(frame);
    else this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
  }

  #welcomed(lastFrameBefore) {
    this.#absence = lastFrameBefore && this.#lastFrameAt - lastFrameBefore;
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

  /** A dead network closes no socket, and the protocol has no heartbeat: probe to find out. */
  #watchForQuiet() {
    const rest = this.#lastFrameAt + QUIET - Date.now();
    if (rest <= 0) this.#probe(REPLY_TIMEOUT);
    this.#timers.quiet = setTimeout(() => this.#watchForQuiet(), rest > 0 ? rest : QUIET);
  }

  async #probe(timeout, dead) {
    try {
      // The page before the first message is always empty: the cheapest command there is.
      await this.command("history.fetch", { before: 1, limit: 1 }, { timeout, dead });
    } catch {
      return;
    }
    this.#isSure = true;
    this.dispatchEvent(new CustomEvent("sure"));
  }

  /** A handshake sent without a network is lost; a new attempt is faster than TCP's retry. */
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

/** Exponential backoff with full jitter, so that many browsers do not reconnect together. */
export class Backoff {
  #first;
  #last;
  #random;
  #failures = 0;

  constructor({ first = 1_000, last = 15_000, random = Math.random } = {}) {
    this.#first = first;
    this.#last = last;
    this.#random = random;
  }

  /** The ms to wait; the range grows with each call until reset(). */
  next() {
    const ceiling = Math.min(this.#last, this.#first * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * ceiling);
  }

  reset() {
    this.#failures = 0;
  }
}

const TICK = 1_000; // ms; not every system fires "online" when it wakes
const ASLEEP = 5_000; // ms between two ticks that mean that the machine slept

/** Fires `wake` when the network or the page may have come back. */
export class NetworkWatcher extends EventTarget {
  #tickedAt = Date.now();

  constructor() {
    super();
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#wake);
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.#wake();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#wake();
    });
    setInterval(this.#tick, TICK);
  }

  #tick = () => {
    const slept = Date.now() - this.#tickedAt > ASLEEP;
    this.#tickedAt = Date.now();
    if (slept && !document.hidden) this.#wake(); // browsers throttle the timers of hidden pages
  };

  #wake = () => {
    this.dispatchEvent(new CustomEvent("wake"));
  };
}
