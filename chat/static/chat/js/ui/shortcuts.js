/**
 * The keys that work outside the composer, and the dialog that lists them. A character is a shortcut only while a message is selected
 * (WCAG 2.1.4); elsewhere it is the beginning of a message, see typing_anywhere.js.
 */
import { latinKey } from "./latin_key.js";

const FIELDS = "input, select, textarea:not([data-composer-field]), [contenteditable]";

export class Shortcuts {
  #dialog;
  #toLatest;

  constructor({ dialog, opener, toLatest }) {
    this.#dialog = dialog;
    this.#toLatest = toLatest;
    opener.addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
    document.addEventListener("keydown", this.#keydown);
  }

  #keydown = (event) => {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented } = event;
    const isComposing = event.isComposing || event.keyCode === 229; // Safari ends a composition first
    if (
      defaultPrevented ||
      isComposing ||
      ctrlKey ||
      metaKey ||
      altKey ||
      document.querySelector("dialog[open], :popover-open")
    )
      return;
    const writing = target.closest?.("textarea");
    if (latinKey(event) === "?" && target.matches?.("[data-selected]")) this.#dialog.showModal();
    else if (key === "Escape" && !target.closest?.(FIELDS)) this.#toLatest({ andWrite: true });
    else if (key === "End" && !shiftKey && !writing && !target.closest?.(FIELDS))
      this.#toLatest({ andWrite: false });
    else return;
    event.preventDefault();
  };
}
