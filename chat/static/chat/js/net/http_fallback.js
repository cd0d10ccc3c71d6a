/** Sending and reading without a WebSocket. */
import { newestRendered } from "../page.js";

const FAILED = 1006; // the close code of a socket that never opened
// Failed sockets while HTTP works before the fallback starts. A restarting server answers neither.
const ATTEMPTS = 3;
const REFUSED = 403; // the status
const POLL_INTERVAL = 15_000; // ms; 40 people behind one address may load a page every 10 s

/**
 * For networks that block WebSockets: posts the outbox through the composer's form, and polls the
 * room's page, as without JavaScript. Stops when a socket opens. Fires `change` with `isOn`.
 *
 * New messages are shown in what the server rendered into the page. If that was already replaced by
 * a saved snapshot, the page is reloaded.
 */
export class HttpFallback extends EventTarget {
  #outbox;
  #form;
  #address;
  #probe;
  #rendered;
  #cursor;
  #name;
  #failures = 0;
  #isAnswered = false; // by HTTP, since the last socket was tried
  #isOn = false;
  #timer = 0;
  #running = null;

  /**
   * `probe` is an address that is cheap for the server; `rendered()` the element with the messages
   * that the server rendered, or null; `cursor()` that of the timeline; `name()` a new name to post
   * as well, or null.
   */
  constructor({ connection, outbox, form, address, probe, rendered, cursor, name }) {
    super();
    this.#outbox = outbox;
    this.#form = form;
    this.#address = address;
    this.#probe = probe;
    this.#rendered = rendered;
    this.#cursor = cursor;
    this.#name = name;
    connection.addEventListener("state", this.#follow);
    outbox.addEventListener("waiting", () => this.#isOn && this.#run());
  }

  /** Handle the failure because of which this was loaded. */
  begin(state) {
    this.#follow({ detail: state });
  }

  get isOn() {
    return this.#isOn;
  }

  #follow = ({ detail: { name, code } }) => {
    if (name === "waiting" && code === FAILED && navigator.onLine) this.#fail();
    else if (name !== "connecting") this.#stop();
  };

  async #fail() {
    this.#failures = this.#isAnswered ? this.#failures + 1 : 0;
    if (this.#failures >= ATTEMPTS) this.#run();
    this.#isAnswered = false;
    this.#isAnswered = await fetch(this.#probe, { cache: "no-store" })
      .then(
        // JSON: a captive portal would answer with a page.
        async (response) => response.ok && (await response.json()) !== null,
      )
      .catch(() => false);
  }

  #stop() {
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#turn(false);
  }

  #run() {
    this.#running ??= this.#exchange()
      .catch(() => null)
      .then((pause) => {
        this.#running = null;
        if (this.#failures < ATTEMPTS) return;
        this.#turn(pause !== null);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(
          () => this.#run(),
          pause ||
            (pause === 0 && this.#outbox.next() ? 0 : POLL_INTERVAL * (0.8 + 0.4 * Math.random())),
        );
      });
  }

  /**
   * Send one message, or load new ones. Resolves with the ms to wait, or null if something other
   * than the chat answered.
   */
  async #exchange() {
    const entry = this.#isOn ? this.#outbox.next() : null;
    const response = await (entry
      ? fetch(this.#form.action, { method: "POST", body: this.#fields(entry) })
      : fetch(this.#address, { cache: "no-store" }));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Proxies and captive portals answer with pages of their own, some of them with status 200.
    const isOurs = page.querySelector("#chat-config") !== null;
    if (isOurs) this.#draw(page);
    const asked = response.headers.get("Retry-After");
    // The refusal of somebody who is muted says when that ends; it is refused nevertheless.
    if (asked !== null && response.status !== REFUSED) {
      const ms = Number(asked) * 1000 || POLL_INTERVAL;
      return isOurs ? Math.min(ms, POLL_INTERVAL) : ms; // others write during a long pause
    }
    if (response.ok && isOurs) {
      const posted = this.#posted();
      const isHeld = page.querySelector("[data-composer-held]") !== null;
      // Its seq is not known if many messages were posted since.
      if (entry && isHeld) this.#outbox.hold(entry.client_message_id);
      else if (entry) this.#outbox.settle(entry.client_message_id, Infinity);
      for (const [id, seq] of posted) this.#outbox.settle(id, seq);
      this.#outbox.forget([...posted.keys()]);
      return 0;
    }
    const detail = page.querySelector("[data-composer-refusal]")?.dataset.composerRefusal;
    if (!entry || !(detail || response.status === REFUSED)) return null;
    this.#outbox.refuse(
      entry.client_message_id,
      detail ? { code: "form", detail } : { code: "not_stored" },
    );
    return 0;
  }

  #fields(entry) {
    const fields = new URLSearchParams(new FormData(this.#form));
    for (const [name, value] of Object.entries(this.#outbox.start(entry).fields))
      fields.set(name, value);
    if (this.#name() !== null) fields.set("name", this.#name());
    return fields;
  }

  /** The seqs of the messages that are drawn, by their client_message_id. */
  #posted() {
    const drawn = this.#rendered()?.querySelectorAll("[data-client-message-id]") ?? [];
    return new Map([...drawn].map(({ id, dataset }) => [dataset.clientMessageId, Number(id)]));
  }

  #draw(page) {
    const fresh = page.querySelector("[data-rendered]");
    const shown = this.#rendered();
    // A saved snapshot is shown, and it is out of date.
    if (fresh && !shown && newestRendered(fresh) > (this.#cursor()?.seq ?? 0)) reloadOnce();
    if (fresh && shown && !shown.isEqualNode(fresh))
      shown.replaceChildren(...document.importNode(fresh, true).childNodes);
  }

  #turn(isOn) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** Not twice: the service worker may answer with the same cached page. */
function reloadOnce() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "reload") location.reload();
}
