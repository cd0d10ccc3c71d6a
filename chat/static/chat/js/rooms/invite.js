/** Shows the room's link and copies it, as far as the browser lets us. */
import { gettext } from "../i18n.js";

const SHOWN = 2_000; // ms that the button says "Copied"

export class Invite {
  #field;
  #button;
  #said;
  #timer = 0;

  /** `said` tells screen readers, and says what to do where the browser does not copy. */
  constructor({ field, button, said, link }) {
    this.#field = field;
    this.#button = button;
    this.#said = said;
    field.value = link;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", this.#copy);
  }

  #copy = async () => {
    const copied = await this.#toClipboard();
    this.#said.toggleAttribute("data-copied", copied);
    this.#said.textContent = copied ? gettext("Copied") : gettext("Press Ctrl+C to copy");
    this.#button.toggleAttribute("data-copied", copied);
    clearTimeout(this.#timer);
    if (copied) this.#timer = setTimeout(() => this.#rest(), SHOWN);
  };

  async #toClipboard() {
    try {
      await navigator.clipboard.writeText(this.#field.value); // absent on plain http
      return true;
    } catch {
      this.#field.focus();
      this.#field.select();
      const copied = document.execCommand("copy");
      if (copied) this.#button.focus();
      return copied;
    }
  }

  #rest() {
    this.#button.removeAttribute("data-copied");
    this.#said.textContent = "";
  }
}
