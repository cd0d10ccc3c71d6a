/** Your own name, changed where it stands. Sets it on this connection, then has the server put it in the cookie. */
import { ConnectionLost } from "./connection.js";
import { gettext } from "./i18n.js";
import { refusalText } from "./refusals.js";

export class NameField extends EventTarget {
  #parts;
  #connection;
  #remember;
  #name = "";
  #unremembered = null;

  /** `parts`: {shown, open, form, input, cancel, error}; `remember(name)` makes the name outlive this connection. */
  constructor({ parts, connection, remember }) {
    super();
    this.#parts = parts;
    this.#connection = connection;
    this.#remember = remember;
    parts.open.addEventListener("click", () => this.#edit());
    parts.cancel.addEventListener("click", () => this.#close());
    parts.form.addEventListener("submit", this.#submit);
    parts.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
  }

  /** The name the server greets us by. */
  greet(name) {
    this.#show(name);
    // The cookie did not get the last change: this connection carries the old name again.
    if (this.#unremembered && this.#unremembered !== name) this.#change(this.#unremembered).catch(() => {});
  }

  #edit() {
    this.#parts.input.value = this.#name;
    this.#parts.error.hidden = true;
    this.#parts.open.hidden = true;
    this.#parts.form.hidden = false;
    this.#parts.input.select();
  }

  #close() {
    this.#parts.form.hidden = true;
    this.#parts.open.hidden = false;
    this.#parts.open.focus();
  }

  #submit = async (event) => {
    event.preventDefault();
    const name = this.#parts.input.value.trim();
    if (name === this.#name || name === "") {
      this.#close();
      return;
    }
    try {
      await this.#change(name);
      this.#close();
    } catch (error) {
      const lost = error instanceof ConnectionLost;
      this.#parts.error.textContent = lost ? gettext("Not connected just now. Try again in a moment.") : refusalText(error);
      this.#parts.error.hidden = false;
      this.#parts.input.focus();
    }
  };

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
