/** The menu of a message: beside it on wide screens, a sheet at the bottom of phones. */

import { USUAL } from "../emoji/choices.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { latinKey, MESSAGE_KEYS } from "../ui/keyboard.js";

const GAP = 8; // px to the edges of the window

/**
 * A modal dialog with a menu: Escape, a click outside, and "back" on phones close it, and the focus
 * returns to where it was.
 */
export class MessageMenu {
  #actions;
  #dialog = fromTemplate("message-menu");
  #menu = partsOf(this.#dialog).menu;
  #element = null; // of the message

  constructor({ actions }) {
    this.#actions = actions;
    const { reactions } = partsOf(this.#dialog);
    reactions.prepend(...USUAL.map(reactionButton));
    this.#menu.addEventListener("click", ({ target }) => {
      const { messageAction, emoji } = target.closest("[role^=menuitem]")?.dataset ?? {};
      if (messageAction || emoji) this.#dialog.close();
      if (messageAction) actions.run(messageAction, this.#element);
      else if (emoji) actions.react(emoji, this.#element);
    });
    this.#menu.addEventListener("keydown", this.#keydown);
    this.#dialog.addEventListener("close", () => delete this.#element?.dataset.menu);
    closeOnBackdrop(this.#dialog);
    document.querySelector("[data-chat]").append(this.#dialog);
  }

  /** `anchor` is what the menu is placed beside on wide screens. */
  open(element, { anchor = element.querySelector(".message__bubble") } = {}) {
    const offered = this.#actions.offered(element);
    for (const item of this.#menu.querySelectorAll("[data-message-action]"))
      item.hidden = !offered.has(item.dataset.messageAction);
    if (offered.size === 0) return;
    const { reactions } = partsOf(this.#dialog);
    const mine = this.#actions.reactions(element);
    reactions.hidden = !offered.has("react");
    for (const button of reactions.querySelectorAll("[data-emoji]"))
      button.ariaChecked = mine.has(button.dataset.emoji);
    this.#element = element;
    element.dataset.menu = "";
    this.#dialog.showModal();
    this.#place(anchor);
    this.#items[0].focus({ preventScroll: true });
  }

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
    const name = MESSAGE_KEYS[latinKey(event)];
    const step = this.#step(event.key, items[at]);
    if (step) items.at((at + step) % items.length).focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Tab") this.#dialog.close();
    else if (name)
      this.#menu.querySelector(`[data-message-action="${name}"]:not([hidden])`)?.click();
    else return;
    event.preventDefault();
  };

  /** How far to go in the list of items. The reactions are one row of it, the first one. */
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

function reactionButton(emoji) {
  const button = fromTemplate("reaction-item");
  button.dataset.emoji = emoji;
  button.textContent = emoji;
  return button;
}
