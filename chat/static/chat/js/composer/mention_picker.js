/** Completing @names. */
import { interpolate, ngettext } from "../i18n.js";
import { matching, queryAt } from "../model/mentions.js";
import { initialOf, markOf } from "../people/author.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

/**
 * A listbox of people above the field. The focus stays in the field, which references the active
 * option. A <textarea> may not have the role combobox.
 */
export class MentionPicker {
  #field;
  #list;
  #status;
  #hues;
  #people = [];
  #shown = [];
  #active = 0;
  #closed = null; // the index of an @ whose list was closed, or whose name was chosen

  constructor({ field, list, status, hues }) {
    this.#field = field;
    this.#list = list;
    this.#status = status;
    this.#hues = hues;
    field.addEventListener("keydown", this.#keydown, { capture: true }); // before Enter sends
    field.addEventListener("input", this.#update);
    field.addEventListener("blur", () => this.#show([]));
    document.addEventListener(
      "selectionchange",
      () => document.activeElement === field && this.#update(),
    );
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus
    list.addEventListener("click", this.#click);
  }

  /** The people to offer: the others who are here. */
  set people(people) {
    this.#people = people;
  }

  /** Insert `@name ` at the caret, as if it had been typed and completed. */
  insert(name) {
    const { value, selectionStart, selectionEnd } = this.#field;
    const gap = /\S$/.test(value.slice(0, selectionStart)) ? " " : "";
    this.#field.focus({ preventScroll: true });
    this.#field.setRangeText(`${gap}@${name} `, selectionStart, selectionEnd, "end");
    this.#close(selectionStart + gap.length);
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #update = () => {
    const open = this.#open();
    if (open?.start !== this.#closed) this.#closed = null;
    const found = open && this.#closed === null ? matching(this.#people, open.query) : [];
    const same =
      found.length === this.#shown.length &&
      found.every(({ author_id }, index) => author_id === this.#shown[index].author_id);
    if (!same) this.#show(found);
  };

  #open() {
    const { value, selectionStart, selectionEnd } = this.#field;
    return selectionStart === selectionEnd ? queryAt(value, selectionStart) : null;
  }

  #keydown = (event) => {
    if (this.#shown.length === 0 || event.isComposing || event.keyCode === 229) return;
    const { key, shiftKey } = event;
    if (key === "ArrowDown") this.#activate(this.#active + 1);
    else if (key === "ArrowUp") this.#activate(this.#active - 1);
    else if ((key === "Enter" || key === "Tab") && !shiftKey) this.#choose(this.#active);
    else if (key === "Escape") this.#close(this.#open().start);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  #click = ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) this.#choose([...this.#list.children].indexOf(option));
  };

  #choose(index) {
    const { start } = this.#open();
    this.#field.setRangeText(
      `@${this.#shown[index].name} `,
      start,
      this.#field.selectionStart,
      "end",
    );
    this.#close(start); // else a longer name that starts the same would catch the Enter that sends
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #close(start) {
    this.#closed = start;
    this.#show([]);
  }

  #show(people) {
    if (people.length === 0 && this.#shown.length === 0) return;
    this.#shown = people;
    this.#list.replaceChildren(
      ...people.map((person, index) => optionFor(person, index, this.#hues)),
    );
    this.#list.hidden = people.length === 0;
    this.#status.textContent = people.length === 0 ? "" : explanation(people.length);
    this.#activate(0);
  }

  #activate(index) {
    const options = [...this.#list.children];
    this.#active = (index + options.length) % Math.max(1, options.length);
    for (const [at, element] of options.entries())
      element.setAttribute("aria-selected", at === this.#active);
    const active = options[this.#active];
    if (active) this.#field.setAttribute("aria-activedescendant", active.id);
    else this.#field.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }
}

function explanation(count) {
  const text = ngettext(
    "%(count)s name. Enter completes, Escape closes.",
    "%(count)s names. Arrow keys choose, Enter completes, Escape closes.",
    count,
  );
  return interpolate(text, { count });
}

function optionFor({ author_id, name }, index, hues) {
  const element = fromTemplate("mention");
  const parts = partsOf(element);
  element.id = `mention-${index}`;
  hues.apply(element, author_id);
  parts.avatar.textContent = initialOf(name);
  parts.name.textContent = name;
  parts.mark.textContent = markOf(author_id);
  return element;
}
