/** Shows the room's address and copies it, as far as the browser lets us. */
import { gettext } from "./i18n.js";
export class Invite {
  #field;
  #button;
  #done;

  constructor({ field, button, done }) {
    this.#field = field;
    this.#button = button;
    this.#done = done;
    field.value = location.origin + location.pathname;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", this.#copy);
  }

  #copy = async () => {
    try {
      await navigator.clipboard.writeText(this.#field.value); // absent on plain http
      this.#done.textContent = gettext("Copied");
    } catch {
      this.#field.focus();
      this.#done.textContent = gettext("Selected: copy it with your keyboard");
    }
  };
}
