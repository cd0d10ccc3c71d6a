/** Single keys that do something while nobody is writing, and the dialog that lists them, where they can be turned off (WCAG 2.1.4). */
import { latinKey } from "./latin_key.js";

export class Shortcuts {
  #dialog;
  #toggle;
  #actions;

  /** `actions`: {key: function}; `?` opens the dialog by itself. */
  constructor({ dialog, opener, toggle, storage, key, actions }) {
    this.#dialog = dialog;
    this.#toggle = toggle;
    this.#actions = { ...actions, "?": () => dialog.showModal() };
    opener.addEventListener("click", () => dialog.showModal());
    toggle.checked = storage.get(key) !== "off";
    toggle.addEventListener("change", () => (toggle.checked ? storage.remove(key) : storage.set(key, "off")));
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
    document.addEventListener("keydown", this.#keydown);
  }

  #keydown = (event) => {
    const { target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
    const key = latinKey(event);
    const writing = target.closest?.("input, textarea, select, [contenteditable]");
    if (defaultPrevented || ctrlKey || metaKey || altKey || writing || document.querySelector("dialog[open]") || !this.#toggle.checked) return;
    if (!Object.hasOwn(this.#actions, key)) return;
    event.preventDefault();
    this.#actions[key]();
  };
}
