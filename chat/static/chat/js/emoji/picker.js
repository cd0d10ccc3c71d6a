/** Choosing an emoji. Loaded with its data when somebody first opens it. */
import { gettext, interpolate, ngettext } from "../i18n.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { inTone } from "./catalog.js";
import { moved } from "./grid.js";
import { choices, loadCatalog } from "./page_emoji.js";

const SHEET = "(width < 40rem), (pointer: coarse)"; // as in emoji_picker.css
const GAP = 8; // px between the picker, what it belongs to, and the edges of the window
const COLUMNS = 8; // about; for the height of groups that are not drawn yet

let picker = null;

/**
 * Opens the page's picker beside `anchor`, or as a sheet on phones, and calls `choose(emoji)` once
 * somebody has chosen. Then, or when it is closed, the focus is back where it was.
 */
export function openEmojiPicker({ anchor, choose }) {
  picker ??= new EmojiPicker();
  picker.open({ anchor, choose });
}

class EmojiPicker {
  #dialog = fromTemplate("emoji-picker");
  #parts = partsOf(this.#dialog);
  #catalog = null;
  #recent; // groups, as {title, element, buttons}
  #groups = [];
  #found;
  #items = new WeakMap(); // of buttons
  #anchor;
  #choose;

  constructor() {
    const { close, list, search, tones } = this.#parts;
    search.addEventListener("input", this.#search);
    search.addEventListener("keydown", this.#searchKey);
    list.addEventListener("click", this.#click);
    list.addEventListener("keydown", this.#listKey);
    tones.addEventListener("change", this.#changeTone);
    close.addEventListener("click", () => this.#dialog.close());
    closeOnBackdrop(this.#dialog);
    addEventListener("resize", () => this.#dialog.open && this.#place());
    document.querySelector("[data-chat]").append(this.#dialog);
  }

  async open({ anchor, choose }) {
    if (this.#dialog.open) return; // a second click while this module was loading
    this.#anchor = anchor;
    this.#choose = choose;
    this.#parts.search.value = "";
    this.#place();
    this.#dialog.showModal();
    // On touch screens the search would bring up a keyboard, over the emoji.
    if (matchMedia(SHEET).matches) this.#parts.close.focus();
    else this.#parts.search.focus();
    await this.#load();
    if (this.#catalog) this.#drawRecent();
  }

  async #load() {
    if (this.#catalog) return;
    this.#tell(gettext("Loading…"), { shown: true });
    try {
      const catalog = await loadCatalog();
      if (this.#catalog) return; // closed and opened again meanwhile
      this.#catalog = catalog;
    } catch {
      this.#tell(gettext("Couldn't load the emoji. Try again in a moment."), { shown: true });
      return;
    }
    this.#drawTones();
    this.#drawGroups();
  }

  #drawTones() {
    const tones = [{ tone: "", name: gettext("No skin tone") }, ...this.#catalog.tones];
    const hand = this.#catalog.itemOf("✋");
    this.#parts.tones.append(
      ...tones.map(({ tone, name }) => {
        const label = document.createElement("label");
        label.className = "emoji-picker__tone";
        label.title = name;
        const radio = document.createElement("input");
        Object.assign(radio, { type: "radio", name: "tone", value: tone, ariaLabel: name });
        radio.checked = tone === choices.tone;
        label.append(radio, inTone(hand, tone));
        return label;
      }),
    );
  }

  #drawGroups() {
    this.#recent = this.#group(gettext("Recently used"), []);
    this.#found = this.#group("", []);
    this.#groups = this.#catalog.groups.map(({ title, items }) =>
      this.#group(
        title,
        items.map((item) => ({ item, emoji: inTone(item, choices.tone) })),
      ),
    );
    this.#parts.list.replaceChildren(
      ...[this.#found, this.#recent, ...this.#groups].map(({ element }) => element),
    );
    this.#search();
  }

  #drawRecent() {
    const recent = choices.recent.map((emoji) => ({
      item: this.#catalog.itemOf(emoji),
      emoji,
    }));
    this.#fill(
      this.#recent,
      recent.filter(({ item }) => item),
    );
    this.#search();
  }

  #changeTone = ({ target }) => {
    choices.tone = target.value;
    for (const { buttons } of this.#groups)
      for (const button of buttons)
        button.textContent = inTone(this.#items.get(button), target.value);
    this.#search();
  };

  #search = () => {
    if (!this.#catalog) return;
    const query = this.#parts.search.value.trim();
    const items = this.#catalog.search(query);
    this.#fill(
      this.#found,
      items.map((item) => ({ item, emoji: inTone(item, choices.tone) })),
      counted(items.length),
    );
    const searching = query !== "";
    this.#found.element.hidden = !searching || items.length === 0;
    for (const { element, buttons } of [this.#recent, ...this.#groups])
      element.hidden = searching || buttons.length === 0;
    this.#parts.list.scrollTop = 0;
    this.#makeTabStop(this.#shown[0]?.buttons[0]);
    if (!searching) this.#tell("");
    else if (items.length === 0) this.#tell(gettext("No emoji found"), { shown: true });
    else this.#tell(counted(items.length));
  };

  #searchKey = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const first = this.#shown[0]?.buttons[0];
    if (event.key === "ArrowDown") first?.focus();
    else if (event.key === "Enter" && this.#parts.search.value.trim() !== "") first?.click();
    else if (event.key !== "Enter") return;
    event.preventDefault();
  };

  #listKey = (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const shown = this.#shown;
    const group = shown.findIndex(({ buttons }) => buttons.includes(target));
    if (group < 0) return;
    if ([...key].length === 1 && key !== " ") {
      this.#parts.search.focus(); // the character goes there
      return;
    }
    const to = moved({ group, index: shown[group].buttons.indexOf(target) }, key, {
      lengths: shown.map(({ buttons }) => buttons.length),
      columns: columnsOf(shown[group]),
      rightToLeft: getComputedStyle(this.#dialog).direction === "rtl",
    });
    if (to === undefined) return;
    event.preventDefault();
    if (to === null) this.#parts.search.focus();
    else this.#focus(shown[to.group].buttons[to.index]);
  };

  #click = ({ target }) => {
    const button = target.closest("[role=option]");
    if (!button) return;
    const emoji = button.textContent;
    choices.add(emoji);
    this.#dialog.close();
    this.#choose(emoji);
  };

  get #shown() {
    if (!this.#catalog) return [];
    return [this.#found, this.#recent, ...this.#groups].filter(({ element }) => !element.hidden);
  }

  #focus(button) {
    this.#makeTabStop(button);
    button.focus();
  }

  #makeTabStop(button) {
    for (const other of this.#parts.list.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    if (button) button.tabIndex = 0;
  }

  #tell(text, { shown = false } = {}) {
    this.#parts.status.textContent = text;
    this.#parts.note.textContent = text;
    this.#parts.note.hidden = !shown;
  }

  #group(title, entries) {
    const element = fromTemplate("emoji-group");
    const group = { element, ...partsOf(element), buttons: [] };
    this.#fill(group, entries, title);
    return group;
  }

  #fill(group, entries, title = group.element.ariaLabel) {
    group.element.ariaLabel = group.heading.textContent = title;
    group.buttons = entries.map(({ item, emoji }) => {
      const button = document.createElement("button");
      button.className = "emoji-picker__emoji";
      button.type = "button";
      button.role = "option";
      button.tabIndex = -1;
      button.title = item.name;
      button.ariaLabel = item.name;
      button.textContent = emoji;
      this.#items.set(button, item);
      return button;
    });
    group.row.replaceChildren(...group.buttons);
    group.element.style.setProperty("--rows", Math.ceil(entries.length / COLUMNS));
  }

  /** Above the anchor if there is more space, else below; within the window. In the style sheet's
   * size, because a closed dialog has none. */
  #place() {
    if (matchMedia(SHEET).matches || !this.#anchor.isConnected) return;
    const box = this.#anchor.getBoundingClientRect();
    const { fontSize } = getComputedStyle(document.documentElement);
    const [width, height] = [23, 27].map((rem) => rem * Number.parseFloat(fontSize));
    const isAbove = box.top > innerHeight - box.bottom;
    const top = isAbove ? box.top - height - GAP : box.bottom + GAP;
    const rightToLeft = getComputedStyle(this.#dialog).direction === "rtl";
    const left = rightToLeft ? box.left : box.right - width;
    this.#dialog.style.setProperty("--top", `${within(top, innerHeight - height)}px`);
    this.#dialog.style.setProperty("--left", `${within(left, innerWidth - width)}px`);
  }
}

function counted(count) {
  return interpolate(ngettext("%(count)s emoji", "%(count)s emoji", count), { count });
}

function within(position, most) {
  return Math.max(GAP, Math.min(position, most - GAP));
}

function columnsOf({ row }) {
  return getComputedStyle(row).gridTemplateColumns.split(" ").length;
}
