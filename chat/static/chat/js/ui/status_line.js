/** The state of the connection, in one line and in full. */
import { gettext, interpolate, ngettext } from "../i18n.js";
import { reasonFor } from "../net/errors.js";
import { hide } from "./dom.js";

const NOTICE_TIME = 20_000; // ms
const SHORT = 30; // characters that fit beside the bar's buttons on a phone

/** While connected it says who is here. Fires `retry` when the reader does not want to wait. */
export class StatusLine extends EventTarget {
  #parts;
  #state = { name: "connecting" };
  #wasConnected = false;
  #blocked = false;
  #people = null;
  #notice = null;
  #noticeTimer = 0;
  #isInPlace = null;
  #wasInPlace = false;
  #ticker = 0;

  /** `parts`: {line, text, people, countdown, now} */
  constructor(parts) {
    super();
    this.#parts = parts;
    parts.now.addEventListener("click", () => this.dispatchEvent(new CustomEvent("retry")));
    this.#draw();
  }

  connection(state) {
    this.#state = state;
    if (state.name === "connected") this.#wasConnected = true;
    this.#draw();
  }

  /** Does the network block WebSockets? Then messages arrive by HTTP. */
  set blocked(blocked) {
    this.#blocked = blocked;
    this.#draw();
  }

  people(count) {
    this.#people = count;
    this.#draw();
  }

  /** Show `text` for a while. If it is about a place, `isInPlace()`: is the reader there? */
  notice(text, { isInPlace = null } = {}) {
    this.#notice = text;
    this.#isInPlace = isInPlace;
    this.#wasInPlace = false;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => this.#dismiss(), NOTICE_TIME);
    this.#draw();
  }

  /** Call after scrolling: a notice about a place disappears when the reader leaves it. */
  refresh() {
    if (this.#notice === null || !this.#isInPlace) return;
    if (this.#isInPlace()) this.#wasInPlace = true;
    else if (this.#wasInPlace) this.#dismiss();
  }

  #dismiss() {
    this.#notice = null;
    clearTimeout(this.#noticeTimer);
    this.#draw();
  }

  #draw() {
    const { name, until } = this.#state;
    const { line, text, people, now } = this.#parts;
    const calm = name === "connected" && this.#notice === null;
    const state = this.#stateText();
    // Shown instead of "Connected", but not in the live region: people come and go all the time.
    const who = calm ? this.#whoIsHere() : "";
    people.textContent = who;
    line.toggleAttribute("data-calm", who !== "");
    if (text.textContent !== state) text.textContent = state; // do not announce the same text twice
    line.dataset.state = name;
    // A long line stays as it is between two attempts, so that the page does not jump.
    const long = name === "waiting" || (who || state).length > SHORT;
    if (name === "connected" || long) line.toggleAttribute("data-long", long);
    if (name === "waiting" && !this.#blocked) now.hidden = false;
    else hide(now);
    clearInterval(this.#ticker);
    if (until && !this.#blocked) this.#ticker = setInterval(() => this.#count(until), 250);
    this.#count(this.#blocked ? undefined : until);
  }

  #count(until) {
    const seconds = Math.ceil((until - Date.now()) / 1_000);
    this.#parts.countdown.textContent =
      seconds > 0 ? interpolate(gettext("in %(seconds)s s"), { seconds }) : "";
  }

  #stateText() {
    const { name, leaving, code } = this.#state;
    if (name === "stopped") return reasonFor(code) ?? unexplained(code);
    if (this.#blocked)
      return gettext("Your network blocks live updates. Messages may take a few seconds.");
    if (name === "leaving" || leaving) return gettext("The server is restarting. Reconnecting");
    if (name === "waiting") return `${this.#reason()}${gettext("Retrying")}`;
    if (name === "connecting")
      return this.#wasConnected ? gettext("Reconnecting…") : gettext("Connecting…");
    return this.#notice ?? gettext("Connected");
  }

  #reason() {
    const reason = navigator.onLine ? reasonFor(this.#state.code) : gettext("You are offline.");
    return reason ? `${reason} ` : "";
  }

  #whoIsHere() {
    if (this.#people === null) return "";
    if (this.#people === 1) return gettext("Only you are here");
    return interpolate(ngettext("%(count)s person here", "%(count)s people here", this.#people), {
      count: this.#people,
    });
  }
}

function unexplained(code) {
  return interpolate(
    gettext("The server ended this connection (code %(code)s). Reload the page to try again."),
    { code: String(code) },
  );
}

/** Explains why there is no connection, while there are no messages to show instead. */
export class ConnectionHelp {
  #sections;

  /** `sections` have the close codes that they explain in `data-connection-help`. */
  constructor({ sections }) {
    this.#sections = sections;
  }

  /** Show the section for a close code; undefined, during an attempt, changes nothing. */
  show(code) {
    if (code === undefined) return;
    for (const section of this.#sections)
      section.hidden = !section.dataset.connectionHelp.split(" ").includes(String(code));
  }
}
