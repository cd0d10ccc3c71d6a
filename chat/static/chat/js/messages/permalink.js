/**
 * Opens the message that the address names after its `#`, wherever in the log it lies. Fires
 *   missing  {linked}: was it the address that named what is not there?
 *   left     the address names no message any more
 */
import { Refusal } from "../net/connection.js";

const AROUND = 25; // messages after it

export class Permalink extends EventTarget {
  #timeline;
  #conversation;
  #connection;
  #list;
  #scroll;
  #wanted = null;
  #asking = false;
  #calmly = false; // without taking the focus

  constructor({ timeline, conversation, connection, list, scroll }) {
    super();
    this.#timeline = timeline;
    this.#conversation = conversation;
    this.#connection = connection;
    this.#list = list;
    this.#scroll = scroll;
    addEventListener("hashchange", this.#read);
    this.#read();
  }

  /** The seq of a message that is to be shown as soon as it is there, or null. */
  get wanted() {
    return this.#wanted;
  }

  /** Make the message at `seq` the page's address. */
  open(seq) {
    if (location.hash === `#${seq}`) this.#want(seq);
    else location.hash = `#${seq}`;
  }

  /** Go to a message without making it the page's address; `calmly` without taking the focus there. */
  visit(seq, { calmly = false } = {}) {
    this.leave();
    this.#calmly = calmly;
    this.#wanted = seq;
    this.refresh();
  }

  /** Go on as if the address had never named one. */
  leave() {
    if (location.hash !== "")
      window.history.replaceState(null, "", location.pathname + location.search);
    this.#want(null);
  }

  /** Call after each draw: the message may be there now, or may be asked for. */
  refresh() {
    if (this.#wanted === null || !this.#timeline.ready) return;

    const element = this.#list.elementOf(this.#wanted);
    if (element) {
      this.#wanted = null;
      this.#scroll.show(element);
      if (!this.#calmly) element.focus({ preventScroll: true });
    } else if (!this.#asking && this.#connection.connected) {
      this.#fetch(this.#wanted);
    }
  }

  async #fetch(seq) {
    this.#asking = true;
    try {
      // Long messages after it may fill the page on their own; then it comes with those before it only.
      const found = (await this.#open(seq, AROUND)) || (await this.#open(seq, 0));
      if (!found && seq === this.#wanted) this.#miss();
    } catch (error) {
      if (error instanceof Refusal) this.#miss(); // else the connection went away: the next welcome leads here again
    } finally {
      this.#asking = false;
      if (this.#wanted !== seq) this.refresh();
    }
  }

  /** True once the message is there, or is not wanted any more. */
  async #open(seq, following) {
    const question = this.#timeline.around(seq, { following });
    const page = await this.#connection.command("history.fetch", question);
    if (seq !== this.#wanted) return true;
    if (!page.messages.some((message) => message.seq === seq)) return false;
    this.#conversation.visit(page, question);
    return true;
  }

  #miss() {
    const linked = location.hash !== "";
    this.leave();
    this.dispatchEvent(new CustomEvent("missing", { detail: { linked } }));
  }

  #read = () => {
    const seq = /^#[1-9]\d{0,14}$/.test(location.hash) ? Number(location.hash.slice(1)) : null;
    this.#want(seq);
    if (seq === null) this.dispatchEvent(new CustomEvent("left"));
  };

  #want(seq) {
    this.#calmly = false;
    this.#wanted = seq;
    this.#list.mark(seq);
    this.refresh();
  }
}
