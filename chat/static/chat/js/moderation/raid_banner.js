/** Says to moderators that the room protects itself against a raid, and for how long. */
import { gettext, interpolate } from "../i18n.js";
import { hide } from "../ui/dom.js";
import { failureText } from "./failure.js";
import { duration } from "./rules.js";

const TICK = 1_000; // ms

export class RaidBanner {
  #moderation;
  #parts;
  #timer = 0;

  /** `parts`: {banner, left, end, refusal} */
  constructor({ moderation, parts }) {
    this.#moderation = moderation;
    this.#parts = parts;
    parts.end.addEventListener("click", () => this.#end());
    moderation.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  #draw() {
    const { canModerate, raidUntil } = this.#moderation;
    const { banner, left, refusal } = this.#parts;
    const seconds = Math.ceil((raidUntil - Date.now()) / 1_000);
    const isShown = canModerate && seconds > 0;
    clearTimeout(this.#timer);
    if (isShown) {
      left.textContent = interpolate(gettext("%(time)s left"), { time: rounded(seconds) });
      this.#timer = setTimeout(() => this.#draw(), TICK);
    } else if (!banner.hidden) {
      refusal.textContent = "";
      hide(banner);
    }
    if (isShown) banner.hidden = false;
  }

  async #end() {
    const { refusal } = this.#parts;
    refusal.textContent = "";
    try {
      await this.#moderation.act("act.end_raid");
    } catch (error) {
      refusal.textContent = failureText(error);
    }
  }
}

/** Minutes, and in the last one seconds. */
function rounded(seconds) {
  return duration(seconds > 60 ? 60 * Math.ceil(seconds / 60) : seconds);
}
