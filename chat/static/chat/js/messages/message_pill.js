/** The actions beside the message that is pointed at or has the focus, and the long press. */
import { choices } from "../emoji/page_emoji.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

const GAP = 4; // px between the time and the pill, at least

/** There is one pill. It lies in the message's element, above everything: nothing moves. */
export class MessagePill {
  #actions;
  #pill = fromTemplate("message-pill");
  #parts = partsOf(this.#pill);

  constructor({ rows, actions, menu }) {
    this.#actions = actions;
    rows.addEventListener("pointerover", this.#hover);
    rows.addEventListener("pointerleave", this.#leave);
    rows.addEventListener("focusin", ({ target }) => this.#show(target.closest("article")));
    rows.addEventListener("focusout", this.#leave);
    this.#pill.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus
    this.#pill.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button === this.#parts.more) menu.open(this.element, { anchor: button });
      else if (button?.dataset.emoji) actions.react(button.dataset.emoji, this.element);
      else if (button) actions.run(button.dataset.messageAction, this.element);
    });
  }

  /** Show the pill at the message that is pointed at or has the focus already. */
  begin(rows) {
    const [hovered, focused] = ["article:hover", "article:focus-within"];
    this.#show(rows.querySelector(focused) ?? rows.querySelector(hovered));
  }

  /** That of the message which has the pill, or null. */
  get element() {
    return this.#pill.closest("article");
  }

  /** Offer what can be done now. */
  refresh() {
    if (!this.#pill.isConnected) this.#pill.remove(); // with its message, which is not shown now
    if (!this.element) return;
    const offered = this.#actions.offered(this.element);
    if (offered.has("edit")) offered.delete("reply");
    for (const button of this.#pill.querySelectorAll("[data-message-action]"))
      button.hidden = !offered.has(button.dataset.messageAction);
    this.#pill.hidden = offered.size === 0;
    this.#offerReactions(offered.has("react"));
    this.#place(this.element); // its message may have another size now
  }

  #offerReactions(isOffered) {
    const mine = this.#actions.reactions(this.element);
    const [first, second] = choices.favourites;
    for (const [name, emoji] of Object.entries({ first, second })) {
      const button = this.#parts[name];
      button.hidden = !isOffered;
      button.ariaPressed = mine.has(emoji);
      if (button.dataset.emoji === emoji) continue;
      button.dataset.emoji = emoji;
      button.textContent = emoji;
    }
  }

  #hover = ({ target, pointerType, buttons }) => {
    // A pressed button selects text. The focus stays where the keyboard has put it.
    if (pointerType === "touch" || buttons > 0 || this.#pill.querySelector(":focus-visible"))
      return;
    this.#show(target.closest("article"));
  };

  #leave = ({ relatedTarget }) => {
    const { element } = this;
    if (!element || element.contains(relatedTarget)) return;
    if (!element.matches(":focus-within")) this.#pill.remove();
  };

  #show(element) {
    if (!element || element === this.element) return;
    element.querySelector(".message__line").append(this.#pill);
    this.refresh();
  }

  /** Beside the time if there is space, otherwise over the upper edge of the bubble. */
  #place(element) {
    const parts = ["", ".message__line", ".message__bubble", ".message__meta"].map((part) =>
      (part ? element.querySelector(part) : element).getBoundingClientRect(),
    );
    const [row, line, bubble, meta] = parts;
    const left = meta.width > 0 ? Math.min(bubble.left, meta.left) : bubble.left;
    const right = Math.max(bubble.right, meta.right);
    const gap = matchMedia("(pointer: coarse)").matches ? 0 : GAP; // a touch target has its own
    const isFromRight = getComputedStyle(element).direction === "rtl";
    const isAtLeft = element.hasAttribute("data-mine") !== isFromRight;
    const taken = (isAtLeft ? line.right - left : right - line.left) + gap;
    const free = (isAtLeft ? left - row.left : row.right - right) - gap;
    this.#pill.dataset.place = this.#pill.offsetWidth <= free ? "beside" : "above";
    this.#pill.style.setProperty("--taken", `${taken}px`);
  }
}

const PRESS_TIME = 450; // ms; browsers select text or open their own menu after about 500
const PRESS_MOVES = 10; // px that a resting finger may move

/** A long press on a message opens its menu. Links keep the browser's own. */
export class LongPress {
  #open;
  #timer = 0;
  #start = null;

  constructor({ rows, open }) {
    this.#open = open;
    rows.addEventListener("pointerdown", (event) => this.begin(event));
    rows.addEventListener("pointermove", this.#move);
    for (const type of ["pointerup", "pointercancel"]) rows.addEventListener(type, this.#end);
    rows.addEventListener("contextmenu", (event) => this.#start && event.preventDefault());
  }

  /** Handle a `pointerdown`, which may have been before this was loaded. */
  begin({ target, pointerType, isPrimary, clientX, clientY }) {
    this.#end();
    const message = target.closest("article");
    if (pointerType !== "touch" || !isPrimary || !message) return;
    if (target.closest("a[href], button") || message.hasAttribute("data-selecting")) return;
    this.#start = { clientX, clientY };
    this.#timer = setTimeout(() => this.#press(message), PRESS_TIME);
  }

  #move = ({ clientX, clientY }) => {
    if (!this.#start) return;
    const moved = Math.hypot(clientX - this.#start.clientX, clientY - this.#start.clientY);
    if (moved > PRESS_MOVES) this.#end();
  };

  #end = () => {
    clearTimeout(this.#timer);
    this.#start = null;
  };

  #press(message) {
    // The click at the end of the press would close the sheet or press a button of it.
    const swallow = (event) => event.preventDefault();
    const once = { once: true, passive: false };
    document.addEventListener("touchend", swallow, once);
    const release = () => document.removeEventListener("touchend", swallow);
    document.addEventListener("touchcancel", release, once);
    this.#open(message);
  }
}
