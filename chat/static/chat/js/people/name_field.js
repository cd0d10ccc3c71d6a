/** The reader's own name: showing, changing and saving it. */
import { gettext } from "../i18n.js";
import { ConnectionLost, Refusal, refusalText } from "../net/errors.js";

/**
 * Sets the name on this connection, then has the server save it in the cookie. At a first visit the
 * field is open until the first message is sent. Fires `change` {name}, and `left` when the field
 * was closed while it had the focus.
 */
export class NameField extends EventTarget {
  #parts;
  #connection;
  #remember;
  #name;
  #unsaved = null;

  /** `parts`: {shown, open, form, input, cancel, error}; `remember(name)` saves the name. */
  constructor({ parts, connection, remember }) {
    super();
    this.#parts = parts;
    this.#connection = connection;
    this.#remember = remember;
    this.#name = parts.input.defaultValue;
    parts.input.removeAttribute("form"); // the composer's, which posts it without JavaScript
    if (this.#isAsking) this.#unsaved = this.#wanted; // typed before this ran
    parts.open.addEventListener("click", () => {
      this.#edit(this.#name);
      parts.input.focus();
      parts.input.select();
    });
    parts.cancel.addEventListener("click", () => this.#close());
    parts.form.addEventListener("submit", this.#submit);
    parts.input.addEventListener("blur", () => this.#isAsking && this.#save());
    parts.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#close();
    });
  }

  /** Call at a welcome, with the name that the server knows. */
  greet(name) {
    if (this.#isAsking && this.#wanted === null) this.#parts.input.value = name;
    this.#show(name);
    const wanted = this.#unsaved;
    if (wanted === null || wanted === name) return;
    // The cookie does not have the last change yet: set the name again.
    this.#change(wanted).catch((error) => {
      if (!(error instanceof Refusal)) return;
      this.#unsaved = null;
      this.#fail(error, wanted);
    });
  }

  /** A name that the server has not saved yet, or null. */
  get pending() {
    return this.#unsaved;
  }

  /** Call when a message is sent: the name at a first visit is settled then. */
  settle() {
    if (this.#isAsking && this.#parts.error.hidden) this.#close();
  }

  get #isAsking() {
    return this.#parts.form.hasAttribute("data-asks");
  }

  /** The name in the field if it is a new one, else null. */
  get #wanted() {
    const name = this.#parts.input.value.trim();
    return name === this.#name || name === "" ? null : name;
  }

  #edit(name) {
    this.#parts.input.value = name;
    this.#parts.error.hidden = true;
    this.#parts.open.hidden = true;
    this.#parts.form.hidden = false;
  }

  #close() {
    const left = this.#parts.form.contains(document.activeElement);
    this.#parts.form.removeAttribute("data-asks");
    this.#parts.form.hidden = true;
    this.#parts.open.hidden = false;
    if (left) this.dispatchEvent(new CustomEvent("left"));
  }

  #submit = async (event) => {
    event.preventDefault();
    if (await this.#save()) this.#close();
  };

  /** Resolves with true if the field can be closed. */
  async #save() {
    const name = this.#wanted;
    this.#parts.error.hidden = true;
    if (name === null) return true;
    try {
      await this.#change(name);
      return true;
    } catch (error) {
      const lost = error instanceof ConnectionLost;
      if (lost && this.#isAsking)
        this.#unsaved = name; // the next welcome tries again
      else this.#fail(error, name);
      return lost && this.#isAsking;
    }
  }

  #fail(error, name) {
    const lost = error instanceof ConnectionLost;
    if (this.#parts.form.hidden) this.#edit(name);
    this.#parts.error.textContent = lost
      ? gettext("You're offline. Try again in a moment.")
      : refusalText(error);
    this.#parts.error.hidden = false;
    if (this.#parts.form.contains(document.activeElement)) this.#parts.input.focus();
  }

  async #change(wanted) {
    const { name } = await this.#connection.command("name.set", { name: wanted });
    this.#show(name);
    this.dispatchEvent(new CustomEvent("change", { detail: { name } }));
    this.#unsaved = name;
    this.#remember(name).then(
      () => (this.#unsaved = null),
      () => {}, // the next welcome tries again
    );
  }

  #show(name) {
    this.#name = name;
    this.#parts.shown.textContent = name;
  }
}

/** A function that saves a name in the guest's cookie; it rejects if that failed. */
export function nameMemory({ url, token }) {
  return async (wanted) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ name: wanted }),
    });
    if (!response.ok) throw new Error(`The name was not saved: ${response.status}`);
  };
}
