/** The menu in the bar, the theme switch in it, and the drawers. */

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
