/** Links to messages: opening the one in the address, and copying them. */
import { gettext } from "../i18n.js";
import { Refusal } from "../net/errors.js";

const FOLLOWING = 25; // seqs loaded after the message

/**
 * Opens the message that the address's `#` names, wherever it is in the log. Fires
 *   missing  {linked}: the message does not exist; did the address name it?
 *   left     the address names no message any more
 */
export class Permalink extends EventTarget {
  #timeline;
  #conversation;
  #connection;
  #list;
  #scroll;
  #wanted = null;
  #asking = false;
  #keepsFocus = false; // do not focus the message

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

  /** The seq of the message to show as soon as it is loaded, or null. */
  get wanted() {
    return this.#wanted;
  }

  /** Put the message at `seq` into the address, and go there. */
  open(seq) {
    if (location.hash === `#${seq}`) this.#want(seq);
    else location.hash = `#${seq}`;
  }

  /** The same, so that the browser's Back leads to the message at `from`. */
  follow(seq, { from }) {
    window.history.replaceState(null, "", `#${from}`);
    this.open(seq);
  }

  /** Go to a message without changing the address; `keepsFocus`: without focusing it. */
  visit(seq, { keepsFocus = false } = {}) {
    this.clear();
    this.#keepsFocus = keepsFocus;
    this.#wanted = seq;
    this.refresh();
  }

  /** Remove the message from the address. */
  clear() {
    if (location.hash !== "")
      window.history.replaceState(null, "", location.pathname + location.search);
    this.#want(null);
  }

  /** Call after drawing: show the message if it is there, otherwise fetch it. */
  refresh() {
    if (this.#wanted === null || !this.#timeline.ready) return;

    const element = this.#list.elementOf(this.#wanted);
    if (element) {
      this.#wanted = null;
      this.#scroll.show(element);
      if (!this.#keepsFocus) element.focus({ preventScroll: true });
    } else if (!this.#asking && this.#connection.connected) {
      this.#fetch(this.#wanted);
    }
  }

  async #fetch(seq) {
    this.#asking = true;
    try {
      // Long messages after it may fill the page by themselves; then fetch without them.
      const found = (await this.#open(seq, FOLLOWING)) || (await this.#open(seq, 0));
      if (!found && seq === this.#wanted) this.#miss();
    } catch (error) {
      if (error instanceof Refusal) this.#miss(); // after a lost connection the welcome retries
    } finally {
      this.#asking = false;
      if (this.#wanted !== seq) this.refresh();
    }
  }

  /** Resolves with true if the message was found, or is no longer wanted. */
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
    this.clear();
    this.dispatchEvent(new CustomEvent("missing", { detail: { linked } }));
  }

  #read = () => {
    const seq = /^#[1-9]\d{0,14}$/.test(location.hash) ? Number(location.hash.slice(1)) : null;
    this.#want(seq);
    if (seq === null) this.dispatchEvent(new CustomEvent("left"));
  };

  #want(seq) {
    this.#keepsFocus = false;
    this.#wanted = seq;
    this.#list.mark(seq);
    this.refresh();
  }
}

const COPIED_TIME = 2_000; // ms that the button says "Copied"

/** Copies links to messages, their text, and code; says so, or what to do if it is not allowed. */
export class Copier {
  #announcer;
  #permalink;
  #status;

  constructor({ list, announcer, permalink, status }) {
    this.#announcer = announcer;
    this.#permalink = permalink;
    this.#status = status;
    list.addEventListener("copy-code", ({ detail }) => this.#copyCode(detail));
    list.addEventListener("copy-edit", ({ detail: { item } }) => this.copyText(item.refused_body));
  }

  async copyLink(seq) {
    if (await this.#copy(new URL(`#${seq}`, location).href, gettext("Link copied"))) return;
    this.#permalink.open(seq);
    this.#status.notice(gettext("Your browser could not copy the link. It is in the address bar."));
  }

  async copyText(text) {
    if (!(await this.#copy(text, gettext("Text copied"))))
      this.#status.notice(gettext("Your browser could not copy the text."));
  }

  async #copyCode({ code, button }) {
    if (await this.#copy(code.textContent, gettext("Code copied"))) {
      button.setAttribute("data-copied", "");
      setTimeout(() => button.removeAttribute("data-copied"), COPIED_TIME);
    } else {
      getSelection().selectAllChildren(code);
      this.#status.notice(gettext("Your browser could not copy the code. It is selected."));
    }
  }

  async #copy(text, announcement) {
    const copied = await copyText(text);
    if (copied) this.#announcer.announceText(announcement);
    return copied;
  }
}

/** Resolves with false if the browser does not allow it. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text); // absent on plain http
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text) {
  const { activeElement } = document;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  activeElement?.focus({ preventScroll: true });
  return copied;
}
