/**
 * What roles, rules and pins add around the conversation. Loaded when there is something of it; and
 * what is behind the buttons when somebody presses one.
 */
import { gettext, interpolate, ngettext, number } from "../i18n.js";
import { NO_RULES } from "../model/moderation.js";
import { parts } from "../page.js";
import { hide, once } from "../ui/dom.js";
import { changedRules } from "./rules.js";

export class ModerationDesk {
  #core;
  #pins;
  #panel;
  #banner;

  /** `core` are the parts that main.js has constructed. */
  constructor(core) {
    this.#core = core;
    this.#pins = once(async () => {
      const { PinsDialog } = await import("./pins.js");
      return new PinsDialog(core);
    });
    this.#panel = once(async () => {
      const { ModerationPanel } = await import("./moderation_panel.js");
      const nameOfReader = () => core.conversation.you.name;
      return new ModerationPanel({ ...core, nameOfReader });
    });
    this.#banner = once(async () => {
      const { RaidBanner } = await import("./raid_banner.js");
      const banner = parts("raid", "banner", "left", "end", "refusal");
      return new RaidBanner({ ...core, parts: banner });
    });
    parts("pins", "bar").bar.addEventListener("click", () => this.openPins());
    parts("moderation", "panel").panel.addEventListener("click", () => this.#open(this.#panel));
    core.moderation.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  openPins() {
    return this.#open(this.#pins);
  }

  /** Become an owner with the key of an owner link. */
  async redeem(key) {
    const { moderation, status } = this.#core;
    const { redeem } = await import("./owner_link.js");
    redeem(key, { moderation, notice: (text) => status.notice(text) });
  }

  /** Everybody in the room reads what has changed in its rules. */
  tell({ before, after }) {
    const text = changedRules(before, after).join(" ");
    if (text !== "") this.#core.status.notice(text); // it is, for rules of a newer server
  }

  async #open(load) {
    const dialog = await load();
    if (dialog) dialog.open();
    else
      this.#core.status.notice(gettext("Parts of this page didn't load. Reload it to try again."));
  }

  #draw() {
    const { canModerate, held, reports, pins, raidUntil, rules: now } = this.#core.moderation;
    const { panel, count, words } = parts("moderation", "panel", "count", "words");
    const waiting = held + reports;
    show(panel, canModerate);
    panel.toggleAttribute("data-waiting", waiting > 0);
    count.hidden = waiting === 0;
    count.textContent = number(waiting);
    words.textContent = waiting === 0 ? "" : waitingText(waiting);
    for (const element of Object.values(parts("pins", "bar", "item")))
      show(element, pins.length > 0);
    if (canModerate && raidUntil) this.#banner();
    const { rules } = parts("about", "rules");
    rules.textContent = changedRules(NO_RULES, now).join(" ");
    rules.hidden = rules.textContent === "";
  }
}

function show(element, isShown) {
  if (isShown) element.hidden = false;
  else if (!element.hidden) hide(element);
}

function waitingText(count) {
  return interpolate(ngettext("%(count)s waits for you", "%(count)s wait for you", count), {
    count,
  });
}
