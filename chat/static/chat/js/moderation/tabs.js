/** Tabs: the arrow keys select one, of which the panel is shown. */
import { number } from "../i18n.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

export class Tabs {
  #tabs; // by name

  /** In `list` is a button for each tab: its name is `data-tab`, its panel `aria-controls`. */
  constructor(list) {
    const buttons = [...list.querySelectorAll("[role=tab]")];
    this.#tabs = new Map(buttons.map((button) => [button.dataset.tab, button]));
    list.addEventListener("click", ({ target }) => {
      const { tab } = target.closest("[role=tab]")?.dataset ?? {};
      if (tab) this.select(tab);
    });
    list.addEventListener("keydown", this.#keydown);
  }

  /** The name of the selected tab. */
  get selected() {
    return this.#names.find((name) => this.#tabs.get(name).ariaSelected === "true");
  }

  get hasFocus() {
    return this.#tabs.get(this.selected) === document.activeElement;
  }

  select(name) {
    for (const [other, tab] of this.#tabs) {
      const isSelected = other === name;
      tab.ariaSelected = String(isSelected);
      tab.tabIndex = isSelected ? 0 : -1;
      panelOf(tab).hidden = !isSelected;
    }
  }

  focus() {
    this.#tabs.get(this.selected).focus();
  }

  /** Show a number on a tab; none for 0. */
  count(name, value) {
    const count = this.#tabs.get(name).querySelector(".count");
    count.textContent = number(value);
    count.hidden = value === 0;
  }

  get #names() {
    return [...this.#tabs.keys()];
  }

  #keydown = (event) => {
    const names = this.#names;
    const isFromRight = getComputedStyle(event.target).direction === "rtl";
    const step = STEPS[event.key] * (isFromRight ? -1 : 1);
    if (step) this.select(names.at((names.indexOf(this.selected) + step) % names.length));
    else if (event.key === "Home") this.select(names[0]);
    else if (event.key === "End") this.select(names.at(-1));
    else return;
    event.preventDefault();
    this.focus();
  };
}

function panelOf(tab) {
  return document.querySelector(`#${tab.getAttribute("aria-controls")}`);
}
