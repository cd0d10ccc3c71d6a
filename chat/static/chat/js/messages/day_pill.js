/** Says of which day the messages are that somebody reads above; their day's own heading may be far out of sight. */
import { hide } from "../ui/dom.js";
import { dayName } from "../times.js";

export class DayPill {
  #pill;
  #label;
  #scroll;

  constructor({ pill, label, scroll, onClick }) {
    this.#pill = pill;
    this.#label = label;
    this.#scroll = scroll;
    pill.addEventListener("click", onClick);
  }

  /** Call after each scroll and each draw. */
  refresh() {
    const place = this.#scroll.pinned ? [] : this.#scroll.place;
    const time = place[0]?.matches("article") ? place[0].querySelector("time") : null; // a heading speaks for itself
    if (!time) hide(this.#pill);
    else this.#show(dayName(new Date(time.dateTime)));
  }

  #show(day) {
    this.#pill.hidden = false;
    if (this.#label.textContent !== day) this.#label.textContent = day;
  }
}
