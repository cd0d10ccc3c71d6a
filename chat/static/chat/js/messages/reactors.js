/** Who reacted to a message. Loaded when somebody first wants to know. */
import { gettext, interpolate, isolate, locale, ngettext } from "../i18n.js";

const HOVER = 300; // ms over a reaction until the names are shown
const LONG_PRESS = 450; // ms
const SLACK = 10; // px that a finger may move meanwhile
const GAP = 6; // px between the names, their reaction and the edges of the window
const MAX_SHOWN = 30; // names
const LIST = new Intl.ListFormat(locale, { type: "conjunction" });
const CHIP = "[data-action=react]";

/**
 * The names of those who reacted, beside the reaction that has the pointer or the focus, or that is
 * pressed for a while.
 */
export class Reactors {
  #url;
  #conversation;
  #nameOf;
  #bubble = document.createElement("div");
  #chip = null;
  #timer = 0;
  #pressed = null; // {x, y} of the finger
  #fetched = new Map(); // answers by seq, as {changed_seq, reactions}

  /**
   * `nameOf(authorId)` is the name of somebody who is on the page, or undefined; `url` answers with
   * the names of all.
   */
  constructor({ scroller, url, conversation, nameOf }) {
    this.#url = url;
    this.#conversation = conversation;
    this.#nameOf = nameOf;
    this.#bubble.id = "reactors";
    this.#bubble.className = "reactors";
    this.#bubble.popover = "manual";
    this.#bubble.role = "tooltip";
    document.querySelector("[data-chat]").append(this.#bubble);
    this.#bubble.addEventListener("pointerleave", () => this.#later(() => this.hide()));
    this.#bubble.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    document.addEventListener("keydown", this.#keydown, { capture: true });
    document.addEventListener("pointerdown", this.#elsewhere);
    scroller.addEventListener("scroll", () => this.#chip && this.hide(), { passive: true });
  }

  /** An event of the pointer or the focus at a reaction; it may have waited for this module. */
  handle({ type, target, relatedTarget, pointerType, timeStamp, clientX: x, clientY: y }) {
    const chip = target.closest(CHIP);
    if (type === "focusin") {
      if (chip.matches(":focus-visible")) this.show(chip);
    } else if (type === "focusout") {
      if (chip === this.#chip) this.hide();
    } else if (pointerType === "mouse") {
      if (type === "pointerover") this.#later(() => this.show(chip));
      // Unless the pointer moves to the names meanwhile:
      if (type === "pointerout" && !chip.contains(relatedTarget)) this.#later(() => this.hide());
    } else if (type === "pointerdown") {
      this.#pressed = { x, y };
      this.#later(() => this.#press(chip), timeStamp + LONG_PRESS - performance.now());
    } else if (type !== "pointermove" || this.#isFar({ x, y })) {
      this.#release();
    }
  }

  /** Show the names beside `chip`, as far as they are known; then all. */
  async show(chip) {
    clearTimeout(this.#timer);
    if (!chip.isConnected) return;
    this.#chip?.removeAttribute("aria-describedby");
    this.#chip = chip;
    chip.setAttribute("aria-describedby", this.#bubble.id);
    if (!this.#draw() && (await this.#fetch(this.#message))) this.refresh();
  }

  /** Call after drawing: others may have reacted. */
  refresh() {
    if (this.#chip?.isConnected) this.#draw();
    else if (this.#chip) this.hide();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#chip?.removeAttribute("aria-describedby");
    this.#chip = null;
    if (this.#bubble.matches(":popover-open")) this.#bubble.hidePopover();
  }

  get #message() {
    return this.#conversation.find(Number(this.#chip.closest("article").dataset.seq));
  }

  /** False while some names are missing. */
  #draw() {
    const message = this.#message;
    const reaction = message?.reactions?.find(({ emoji }) => emoji === this.#chip.dataset.emoji);
    if (!reaction) {
      this.hide();
      return true;
    }
    const { names, isWhole } = this.#namesOf(message, reaction);
    const text = listOf(names, reaction);
    if (this.#bubble.textContent !== text) this.#bubble.textContent = text;
    if (!this.#bubble.matches(":popover-open")) this.#bubble.showPopover();
    this.#place();
    return isWhole;
  }

  /** The names of the others who reacted, and whether they are those of all. */
  #namesOf(message, { emoji, count, author_ids, mine }) {
    const others = author_ids.filter((id) => !this.#conversation.isMine({ author_id: id }));
    const known = others.map(this.#nameOf).filter((name) => name !== undefined);
    if (known.length === count - (mine ? 1 : 0)) return { names: known, isWhole: true };

    const { reactions, changed_seq } = this.#fetched.get(message.seq) ?? {};
    const names = reactions?.find((reaction) => reaction.emoji === emoji)?.names;
    const isWhole = changed_seq === message.changed_seq;
    if (!names) return { names: known, isWhole };
    const own = mine ? names.indexOf(this.#conversation.you.name) : -1;
    return { names: names.filter((_, index) => index !== own), isWhole };
  }

  /** Resolves with false if there is nothing new to show. */
  async #fetch({ seq, changed_seq }) {
    try {
      const response = await fetch(`${this.#url}?${new URLSearchParams({ seq })}`);
      if (!response.ok) return false;
      const { reactions } = await response.json();
      this.#fetched.clear(); // only the latest is needed
      this.#fetched.set(seq, { changed_seq, reactions });
      return true;
    } catch {
      return false; // the names that are known are shown
    }
  }

  #place() {
    const chip = this.#chip.getBoundingClientRect();
    const { width, height } = this.#bubble.getBoundingClientRect();
    const { clientWidth } = document.documentElement;
    const above = chip.top - height - GAP;
    const left = chip.left + (chip.width - width) / 2;
    this.#bubble.style.left = `${Math.max(GAP, Math.min(left, clientWidth - width - GAP))}px`;
    this.#bubble.style.top = `${above >= GAP ? above : chip.bottom + GAP}px`;
  }

  #later(work, delay = HOVER) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, delay);
  }

  /** Has the finger moved away from where it was put down? */
  #isFar({ x, y }) {
    return this.#pressed && Math.hypot(x - this.#pressed.x, y - this.#pressed.y) > SLACK;
  }

  #release() {
    if (this.#pressed) clearTimeout(this.#timer);
    this.#pressed = null;
  }

  /** The press is no click any more. */
  #press(chip) {
    const ignore = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    this.#pressed = null;
    this.show(chip);
    const until = new AbortController(); // the next press
    const { signal } = until;
    for (const type of ["click", "contextmenu"])
      chip.addEventListener(type, ignore, { capture: true, signal });
    document.addEventListener("pointerdown", () => until.abort(), { capture: true, signal });
  }

  #elsewhere = ({ target }) => {
    if (this.#chip && !this.#chip.contains(target) && !this.#bubble.contains(target)) this.hide();
  };

  #keydown = (event) => {
    if (event.key !== "Escape" || !this.#chip) return;
    event.stopPropagation();
    this.hide();
  };
}

function listOf(names, { count, mine }) {
  const shown = names.slice(0, MAX_SHOWN).map(isolate);
  if (mine) shown.unshift(gettext("You"));
  const rest = count - shown.length;
  if (rest > 0)
    shown.push(interpolate(ngettext("%(count)s other", "%(count)s others", rest), { count: rest }));
  return LIST.format(shown);
}
