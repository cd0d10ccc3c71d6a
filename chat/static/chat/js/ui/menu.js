/** What the bar opens: the menu and its theme switch, drawers, the jump to a date, the desk. */
import { dayKey, gettext, interpolate, longDay } from "../i18n.js";
import { redeemOwnerKeys } from "../page.js";
import { closeOnBackdrop, once } from "./dom.js";

/** An item closes the menu first, so that a dialog returns the focus to the menu's button. */
export class Menu {
  /** `actions`: functions by the `data-menu-item` of their items. */
  constructor({ menu, actions }) {
    menu.addEventListener("click", ({ target }) => {
      const item = target.closest("[data-menu-item]");
      if (!item) return;
      menu.hidePopover();
      actions[item.dataset.menuItem]();
    });
  }
}

/** A panel that is a popover on narrow screens and part of the page on wide ones. */
export class Drawer {
  constructor({ panel, wide }) {
    matchMedia(wide).addEventListener("change", ({ matches }) => {
      if (matches && panel.matches(":popover-open")) panel.hidePopover();
    });
  }
}

/** Loads moderation/desk.js when the room has pins or rules, or the reader a role or a key. */
export class Desk {
  #load;
  #status;

  /** `core` are the parts that main.js has constructed. */
  constructor(core) {
    const { moderation, status } = core;
    this.#status = status;
    this.#load = once(async () => {
      const { ModerationDesk } = await import("../moderation/desk.js");
      return new ModerationDesk(core);
    });
    const follow = () => {
      const { canModerate, hasRules, pins } = moderation;
      if (canModerate || hasRules || pins.length > 0) this.#load();
    };
    moderation.addEventListener("change", follow);
    follow();
    moderation.addEventListener("rules", ({ detail }) => this.#use((desk) => desk.tell(detail)));
    redeemOwnerKeys((key) => this.#use((desk) => desk.redeem(key)));
  }

  openPins() {
    return this.#use((desk) => desk.openPins());
  }

  async #use(work) {
    const desk = await this.#load();
    if (desk) work(desk);
    else this.#status.notice(gettext("Parts of this page didn't load. Reload it to try again."));
  }
}

const SYSTEM = "system";

/** Chooses a theme. theme.js applies it: here on a `theme` event, in other tabs on `storage`. */
export class ThemeSwitch {
  #choices;
  #storage;
  #key;

  /** `choices` contains radio buttons with the values "system", "light" and "dark". */
  constructor({ choices, storage, key }) {
    this.#choices = choices;
    this.#storage = storage;
    this.#key = key;
    this.#check(storage.get(key));
    choices.addEventListener("change", this.#changed);
    addEventListener("storage", (event) => event.key === key && this.#check(event.newValue));
  }

  #changed = ({ target }) => {
    if (target.value === SYSTEM) this.#storage.remove(this.#key);
    else this.#storage.set(this.#key, target.value);
    dispatchEvent(new CustomEvent("theme", { detail: { theme: target.value } }));
  };

  #check(theme) {
    for (const radio of this.#choices.querySelectorAll("input"))
      radio.checked = radio.value === (theme ?? SYSTEM);
  }
}

/**
 * Jumping to a date. Fires `jump` {seq, notice}: the first message of the chosen day or later, null
 * if there is none, and a text for the reader if it is not of that day.
 */
export class JumpDialog extends EventTarget {
  #dialog;
  #input;
  #error;
  #url;

  constructor({ dialog, opener, form, input, error, url }) {
    super();
    this.#dialog = dialog;
    this.#input = input;
    this.#error = error;
    this.#url = url;
    opener.addEventListener("click", () => this.open());
    form.addEventListener("submit", this.#submit);
    closeOnBackdrop(dialog);
  }

  open() {
    this.#input.max = dayKey(new Date());
    this.#fail(null);
    this.#dialog.showModal();
  }

  #submit = async (event) => {
    event.preventDefault();
    const day = midnight(this.#input.value);
    this.#fail(null);
    try {
      const address = `${this.#url}?${new URLSearchParams({ date: day.toISOString() })}`;
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`${response.status} for ${address}`);
      const { seq, posted_at } = await response.json();
      this.#dialog.close();
      const notice = noticeFor(day, seq, new Date(posted_at));
      this.dispatchEvent(new CustomEvent("jump", { detail: { seq, notice } }));
    } catch {
      this.#fail(gettext("Couldn't load that day. Try again in a moment."));
    }
  };

  #fail(text) {
    this.#error.hidden = text === null;
    this.#error.textContent = text ?? "";
  }
}

function noticeFor(day, seq, date) {
  if (seq === null)
    return interpolate(gettext("No messages on or after %(day)s. Showing the latest."), {
      day: longDay(day),
    });
  if (dayKey(date) === dayKey(day)) return null;
  return interpolate(gettext("No messages on %(day)s. Showing %(next)s."), {
    day: longDay(day),
    next: longDay(date),
  });
}

/** Midnight in the reader's time zone, which the server does not know. */
function midnight(value) {
  const [year, month, day] = value.split("-").map(Number);
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day); // the constructor would read 99 as 1999
  return date;
}
