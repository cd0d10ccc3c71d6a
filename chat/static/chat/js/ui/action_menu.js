/** A modal dialog with a menu: beside its anchor on wide screens, a sheet on phones. */
import { closeOnBackdrop } from "./dom.js";

const GAP = 8; // px to the edges of the window

/**
 * Escape, a click outside, and "back" on phones close it, and the focus returns to where it was.
 * Fires `close`.
 */
export class ActionMenu extends EventTarget {
  #dialog;
  #menu;
  #press;

  /** `menu`, in `dialog`, has the items; `press(event)`: was that the key of one? */
  constructor({ dialog, menu, press = () => false }) {
    super();
    this.#dialog = dialog;
    this.#menu = menu;
    this.#press = press;
    menu.addEventListener("keydown", this.#keydown);
    dialog.addEventListener("close", this.#closed);
    closeOnBackdrop(dialog);
    document.querySelector("[data-chat]").append(dialog);
  }

  open(anchor) {
    this.#dialog.showModal();
    this.#place(anchor);
    this.#items[0].focus({ preventScroll: true });
  }

  close() {
    this.#dialog.close();
  }

  #closed = () => {
    // On phones the list of people, from which it was opened, is hidden by then.
    const { activeElement: focused } = document;
    if (focused === document.body || !focused.checkVisibility())
      document.querySelector("[data-stream]").focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("close"));
  };

  #place(anchor) {
    const { left, right, top, bottom } = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#dialog;
    const isFromRight = getComputedStyle(this.#dialog).direction === "rtl";
    const fits = bottom + height + GAP <= innerHeight;
    const clamp = (value, size, space) => Math.max(GAP, Math.min(value, space - size - GAP));
    const x = isFromRight ? right - width : left;
    this.#dialog.style.setProperty("--left", `${clamp(x, width, innerWidth)}px`);
    const y = fits ? bottom : top - height;
    this.#dialog.style.setProperty("--top", `${clamp(y, height, innerHeight)}px`);
  }

  #keydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.repeat) {
      event.preventDefault(); // the one that opened the menu is still held down
      return;
    }
    const items = this.#items;
    const at = items.indexOf(document.activeElement);
    const step = this.#step(event.key, items[at]);
    if (step) items.at((at + step) % items.length).focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Tab") this.close();
    else if (!this.#press(event)) return;
    event.preventDefault();
  };

  /** How far to go in the list of items. Reactions, if there are any, are one row of it. */
  #step(key, item) {
    const row = [...this.#menu.querySelectorAll(".reaction")];
    const at = row.indexOf(item);
    if (key === "ArrowDown") return at < 0 ? 1 : row.length - at;
    if (key === "ArrowUp") return at < 0 ? -1 : -1 - at;
    if (at < 0 || !["ArrowLeft", "ArrowRight"].includes(key)) return 0;
    const isFromRight = getComputedStyle(item).direction === "rtl";
    const next = isFromRight === (key === "ArrowLeft") ? at + 1 : at - 1 + row.length;
    return (next % row.length) - at;
  }

  get #items() {
    const items = [...this.#menu.querySelectorAll("[role^=menuitem]")];
    return items.filter((item) => item.checkVisibility());
  }
}
