/** Says why one may not write now, and for how long. Loaded when that is so for the first time. */
import { gettext, interpolate, moment } from "../i18n.js";
import { hide } from "../ui/dom.js";

const REASONS = {
  banned: () => gettext("A moderator banned you from this room. You can still read it."),
  muted: (until) =>
    until
      ? interpolate(gettext("A moderator muted you until %(time)s."), { time: moment(until) })
      : gettext("A moderator muted you in this room."),
  regulars: () => gettext("Only people who have been here for a while can write right now."),
  moderators: () => gettext("Only moderators can write right now."),
};

/** The line above the composer. What one has typed stays in the field. */
export class WritingNote {
  #element;
  #text;
  #countdown;
  #announcer;
  #moderation;
  #ticker = 0;

  /** `parts`: {note, text, countdown} */
  constructor({ note, text, countdown, announcer, moderation }) {
    this.#element = note;
    this.#text = text;
    this.#countdown = countdown;
    this.#announcer = announcer;
    this.#moderation = moderation;
    moderation.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  /** Somebody tried to send nevertheless: say it again. */
  repeat() {
    this.#announce();
    this.#element.animate({ opacity: [0.4, 1] }, 300);
  }

  #draw() {
    const { closed, mutedUntil, pausedUntil, rules } = this.#moderation;
    const text = closed ? REASONS[closed](mutedUntil) : pausedUntil ? pauseText(rules) : "";
    const isAnother = this.#text.textContent !== text;
    if (isAnother) this.#text.textContent = text;
    this.#element.dataset.kind = closed ? "closed" : "paused";
    if (text) this.#element.hidden = false;
    else hide(this.#element);
    clearInterval(this.#ticker);
    if (!closed && pausedUntil) this.#ticker = setInterval(() => this.#count(), 250);
    this.#count();
    if (isAnother) this.#announce();
  }

  /** Not by a role of the element: screen readers don't read what appears together with it. */
  #announce() {
    const text = `${this.#text.textContent} ${this.#countdown.textContent}`.trim();
    if (text) this.#announcer.announceText(text);
  }

  #count() {
    const { closed, pausedUntil } = this.#moderation;
    this.#countdown.textContent = !closed && pausedUntil ? duration(pausedUntil - Date.now()) : "";
  }
}

/** Without slow mode only newcomers have to wait: in a raid, or near somebody who is banned. */
function pauseText({ slow_seconds }) {
  return slow_seconds > 0
    ? gettext("Slow mode: you can send the next message in")
    : gettext("Newcomers have to wait: you can send the next message in");
}

/** "0:05", or "1:00:00". */
function duration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, index) => String(part).padStart(index && 2, "0")).join(":");
}
