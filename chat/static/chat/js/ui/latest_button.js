/** The way back down for someone reading above; says how much has come since they left the bottom. */
import { hide } from "./dom.js";
import { gettext, interpolate, ngettext } from "../i18n.js";

export class LatestButton {
  #button;
  #label;
  #scroll;
  #unseen = 0;

  constructor({ button, label, scroll, onClick }) {
    this.#button = button;
    this.#label = label;
    this.#scroll = scroll;
    button.addEventListener("click", onClick);
    scroll.addEventListener("moved", () => this.#moved());
  }

  count(messages) {
    if (!this.#scroll.pinned) this.#unseen += messages.length;
    this.#draw();
  }

  #moved() {
    if (this.#scroll.pinned) this.#unseen = 0;
    this.#draw();
  }

  #draw() {
    if (this.#scroll.pinned) hide(this.#button);
    else this.#button.hidden = false;
    this.#button.toggleAttribute("data-unseen", this.#unseen > 0);
    this.#label.textContent =
      this.#unseen === 0 ? gettext("Latest messages") : newMessages(this.#unseen);
  }
}

function newMessages(count) {
  return interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), { count });
}
