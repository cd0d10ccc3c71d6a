/**
 * For a network that lets pages through and no WebSocket: sends what waits in the outbox by the composer's form, and loads the room's page
 * now and then for what is new, as without JavaScript. It stops as soon as a socket is open. Fires `change` when `isOn` changes.
 *
 * The page's own conversation is not added to: new messages show in what the server wrote into the page. Where that has given way, to
 * messages that this browser had kept, the page is loaded again.
 */
const FAILED = 1006; // the close code of a socket that never opened
const ATTEMPTS = 3; // sockets that fail, each after the server has answered by HTTP: a server that restarts does neither, then both
const EVERY = 15_000; // ms; 40 people behind one address may load a page every 10 s

export class HttpFallback extends EventTarget {
  #outbox;
  #form;
  #address;
  #probe;
  #rendered;
  #cursor;
  #name;
  #failures = 0;
  #isAnswered = false; // by HTTP, since the last attempt at a socket
  #isOn = false;
  #timer = 0;
  #underWay = null;

  /**
   * `probe` is an address that costs the server little. `rendered()` is the element with the messages that the server wrote, if it is there; `cursor()` where
   * the conversation ends that is shown without it; `name()` a new name to post along, or null.
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
        async (response) => response.ok && (await response.json()) !== null, // not the page of a portal
      )
      .catch(() => false);
  }

  #stop() {
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#turn(false);
  }

  #run() {
    this.#underWay ??= this.#exchange()
      .catch(() => null)
      .then((pause) => {
        this.#underWay = null;
        if (this.#failures < ATTEMPTS) return;
        this.#turn(pause !== null);
        clearTimeout(this.#timer);
        this.#timer = setTimeout(
          () => this.#run(),
          pause || (pause === 0 && this.#outbox.next() ? 0 : EVERY * (0.8 + 0.4 * Math.random())),
        );
      });
  }

  /** Send one message, or look for new ones. Resolves with the ms to wait that the server asks for, or null where something else answered. */
  async #exchange() {
    const entry = this.#isOn ? this.#outbox.next() : null;
    const response = await (entry
      ? fetch(this.#form.action, { method: "POST", body: this.#fields(entry) })
      : fetch(this.#address, { cache: "no-store" }));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const asked = response.headers.get("Retry-After");
    if (asked !== null) return Number(asked) * 1000 || EVERY;
    // A proxy or the portal of a Wi-Fi answers with pages of its own, some of them with status 200.
    const isOurs = page.querySelector("#chat-config") !== null;
    if (response.ok && isOurs) {
      this.#draw(page);
      if (entry) this.#outbox.settle(entry.client_message_id, Infinity); // a socket will tell where it stands
      this.#outbox.forget(this.#posted());
      return 0;
    }
    const detail = page.querySelector("[data-composer-refusal]")?.dataset.composerRefusal;
    if (!entry || !(detail || response.status === 403)) return null;
    this.#outbox.refuse(
      entry.client_message_id,
      detail ? { code: "form", detail } : { code: "not_stored" },
    );
    return 0;
  }

  #fields({ client_message_id, body }) {
    const fields = new URLSearchParams(new FormData(this.#form));
    fields.set("client_message_id", client_message_id);
    fields.set("body", body);
    if (this.#name() !== null) fields.set("name", this.#name());
    return fields;
  }

  #posted() {
    return [...(this.#rendered()?.querySelectorAll("[data-client-message-id]") ?? [])].map(
      ({ dataset }) => dataset.clientMessageId,
    );
  }

  #draw(page) {
    const told = page.querySelector("[data-rendered]");
    const shown = this.#rendered();
    if (told && !shown && newestIn(told) > (this.#cursor()?.seq ?? 0)) reloadOnce(); // what the browser had kept is out of date
    if (told && shown && !shown.isEqualNode(told))
      shown.replaceChildren(...document.importNode(told, true).childNodes);
  }

  #turn(isOn) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** The seq of the latest message in what the server wrote into a page. */
export function newestIn(rendered) {
  return Number(rendered?.querySelector("article:last-of-type")?.id ?? 0);
}

/** Not again where this did not help: the worker may answer with the page that it keeps. */
function reloadOnce() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "reload") location.reload();
}
