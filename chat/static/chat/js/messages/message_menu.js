/** The menu of a message. */

import { USUAL } from "../emoji/choices.js";
import { ActionMenu } from "../ui/action_menu.js";
import { fromTemplate, partsOf } from "../ui/dom.js";
import { latinKey, MESSAGE_KEYS } from "../ui/keyboard.js";

export class MessageMenu {
  #actions;
  #parts;
  #menu;
  #element = null; // of the message
  #anchor = null;

  constructor({ actions }) {
    this.#actions = actions;
    const dialog = fromTemplate("message-menu");
    this.#parts = partsOf(dialog);
    const { menu, reactions } = this.#parts;
    this.#menu = new ActionMenu({ dialog, menu, press: (event) => this.#press(event) });
    this.#menu.addEventListener("close", () => delete this.#element?.dataset.menu);
    reactions.prepend(...USUAL.map(reactionButton));
    menu.addEventListener("click", ({ target }) => {
      const { messageAction, emoji } = target.closest("[role^=menuitem]")?.dataset ?? {};
      if (messageAction || emoji) this.#menu.close();
      if (messageAction) actions.run(messageAction, this.#element, this.#anchor);
      else if (emoji) actions.react(emoji, this.#element);
    });
  }

  /** `anchor` is what the menu is placed beside on wide screens. */
  open(element, { anchor = element.querySelector(".message__bubble") } = {}) {
    const offered = this.#actions.offered(element);
    const { menu, reactions } = this.#parts;
    for (const item of menu.querySelectorAll("[data-message-action]")) {
      const { messageAction: name } = item.dataset;
      item.hidden = !offered.has(name);
      const label = item.querySelector("[data-label]");
      if (label && !item.hidden) label.textContent = this.#actions.label(name, element);
    }
    if (offered.size === 0) return;
    const mine = this.#actions.reactions(element);
    reactions.hidden = !offered.has("react");
    for (const button of reactions.querySelectorAll("[data-emoji]"))
      button.ariaChecked = mine.has(button.dataset.emoji);
    this.#element = element;
    this.#anchor = anchor;
    element.dataset.menu = "";
    this.#menu.open(anchor);
  }

  /** Was that the key of an action? */
  #press(event) {
    const name = MESSAGE_KEYS[latinKey(event)];
    if (!name) return false;
    this.#parts.menu.querySelector(`[data-message-action="${name}"]:not([hidden])`)?.click();
    return true;
  }
}

function reactionButton(emoji) {
  const button = fromTemplate("reaction-item");
  button.dataset.emoji = emoji;
  button.textContent = emoji;
  return button;
}
