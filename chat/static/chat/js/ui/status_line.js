/** The truth about the connection, in one quiet line. When all is well it only says who is here. */
import { reasonFor } from "../net/close_codes.js";
import { hide } from "./dom.js";
import { gettext, interpolate, ngettext } from "../i18n.js";

const NOTICE = 20_000; // ms
const SHORT = 30; // characters that fit beside the bar's buttons on a phone

export class StatusLine {
  #parts;
  #state = { name: "connecting" };
  #began = false;
  #blocked = false;
  #people = null;
  #notice = null;
  #noticeTimer = 0;
  #isThere = null;
  #wasThere = false;
  #ticker = 0;

  /** `parts`: {line, text, company, countdown, now}; `wake` is called when someone cannot wait. */
  constructor({ parts, wake }) {
    this.#parts = parts;
    parts.now.addEventListener("click", wake);
    this.#draw();
  }

  connection(state) {
    this.#state = state;
    if (state.name === "connected") this.#began = true;
    this.#draw();
  }

  /** Do sockets fail where pages load? Then that is the reason, and the messages come another way. */
  set blocked(blocked) {
    this.#blocked = blocked;
    this.#draw();
  }

  people(count) {
    this.#people = count;
    this.#draw();
  }

  /** Show `text` for a while. Where it is about a place, `isThere()` says whether the reader is there. */
  notice(text, { isThere = null } = {}) {
    this.#notice = text;
    this.#isThere = isThere;
    this.#wasThere = false;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => this.#dismiss(), NOTICE);
    this.#draw();
  }

  /** Call when the reader may have moved: a notice about a place goes when they leave it. */
  refresh() {
    if (this.#notice === null || !this.#isThere) return;
    if (this.#isThere()) this.#wasThere = true;
    else if (this.#wasThere) this.#dismiss();
  }

  #dismiss() {
    this.#notice = null;
    clearTimeout(this.#noticeTimer);
    this.#draw();
  }

  #draw() {
    const { name, until } = this.#state;
    const { line, text, company, now } = this.#parts;
    const calm = name === "connected" && this.#notice === null;
    const words = this.#words();
    const who = calm ? this.#company() : ""; // shown in place of the words, but not said at each who comes and goes
    company.textContent = who;
    line.toggleAttribute("data-calm", who !== "");
    if (text.textContent !== words) text.textContent = words; // a live region: the same words must not be said twice
    line.dataset.state = name;
    // Between two attempts a long line keeps its place, so that the page does not jump.
    const long = name === "waiting" || (who || words).length > SHORT;
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

  #words() {
    const { name, leaving, code } = this.#state;
    if (name === "stopped") return reasonFor(code) ?? unexplained(code);
    if (this.#blocked)
      return gettext("Your network blocks live updates. Messages may take a few seconds.");
    if (name === "leaving" || leaving) return gettext("The server is restarting. Reconnecting");
    if (name === "waiting") return `${this.#trouble()}${gettext("Retrying")}`;
    if (name === "connecting")
      return this.#began ? gettext("Reconnecting…") : gettext("Connecting…");
    return this.#notice ?? gettext("Connected");
  }

  #trouble() {
    const reason = navigator.onLine ? reasonFor(this.#state.code) : gettext("You are offline.");
    return reason ? `${reason} ` : "";
  }

  #company() {
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
