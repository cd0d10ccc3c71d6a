/**
 * Your own name, changed where it stands. Sets it on this connection, then has the server put it in the cookie. At a first visit the
 * field is open until the first message; what is written there is the name from then on. Fires `change` with {name}, and `left` when
 * the reader has closed the field from within it.
 */
import { ConnectionLost, Refusal } from "../net/connection.js";
import { gettext } from "../i18n.js";
import { refusalText } from "../net/refusals.js";

export class NameField extends EventTarget {
  #parts;
  #connection;
  #remember;
  #name;
  #unremembered = null;

  /** `parts`: {shown, open, form, input, cancel, error}; `remember(name)` makes the name outlive this connection. */
  constructor({ parts, connection, remember }) {
    super();
    this.#parts = parts;
    this.#connection = connection;
    this.#remember = remember;
    this.#name = parts.input.defaultValue;
    parts.input.removeAttribute("form"); // the composer's, which posts it where no module runs
    if (this.#isAsking && this.#wanted !== null) this.#unremembered = this.#wanted; // written before this ran
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

  /** The name the server greets us by. */
  greet(name) {
    if (this.#isAsking && this.#wanted === null) this.#parts.input.value = name;
    this.#show(name);
    const wanted = this.#unremembered;
    if (wanted === null || wanted === name) return;
    // The cookie did not get the last change, or this is the first connection: it carries the old name.
    this.#change(wanted).catch((error) => {
      if (!(error instanceof Refusal)) return;
      this.#unremembered = null;
      this.#fail(error, wanted);
    });
  }

  /** A name that the server does not have yet, or null. */
  get pending() {
    return this.#unremembered;
  }

  /** The first message is written: who was asked for a name and gave none keeps the one they have. */
  settle() {
    if (this.#isAsking && this.#parts.error.hidden) this.#close();
  }

  get #isAsking() {
    return this.#parts.form.hasAttribute("data-asks");
  }

  /** The name in the field, where that is another; else null. */
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

  /** Resolves with whether there is nothing left to do. */
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
        this.#unremembered = name; // the next greeting tries again
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
    this.#unremembered = name;
    this.#remember(name).then(
      () => (this.#unremembered = null),
      () => {}, // the next greeting tries again
    );
  }

  #show(name) {
    this.#name = name;
    this.#parts.shown.textContent = name;
  }
}
