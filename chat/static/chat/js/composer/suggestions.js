/** Suggestions while one writes: a listbox above the field, and @names in it. */
import { interpolate, ngettext } from "../i18n.js";
import { matching, queryAt } from "../model/mentions.js";
import { initialOf, markOf } from "../people/author.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

/**
 * A listbox of what the text at the caret may become. The focus stays in the field, which
 * references the active option. A <textarea> may not have the role combobox.
 */
export class Suggestions {
  #field;
  #list;
  #status;
  #source;
  #shown = [];
  #active = 0;
  #closed = null; // where a text begins whose list was closed, or that was completed

  /**
   * `source` has `queryAt(text, caret)`: {start, query} or null; `find(query)`: the items;
   * `keyOf(item)`; `optionFor(item, query)`: a new element; `textFor(item)`: what replaces the
   * query; `explain(count)`: a text for screen readers.
   */
  constructor({ field, list, status, source }) {
    this.#field = field;
    this.#list = list;
    this.#status = status;
    this.#source = source;
    field.addEventListener("keydown", this.#keydown, { capture: true }); // before Enter sends
    field.addEventListener("input", this.update);
    field.addEventListener("blur", () => this.#show([]));
    document.addEventListener(
      "selectionchange",
      () => document.activeElement === field && this.update(),
    );
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus
    list.addEventListener("click", this.#click);
  }

  /** Offer nothing for the text that begins at `start`. */
  close(start) {
    this.#closed = start;
    this.#show([]);
  }

  update = () => {
    const open = this.#open();
    if (open?.start !== this.#closed) this.#closed = null;
    const found = open && this.#closed === null ? this.#source.find(open.query) : [];
    const { keyOf } = this.#source;
    const same =
      found.length === this.#shown.length &&
      found.every((item, index) => keyOf(item) === keyOf(this.#shown[index]));
    if (!same) this.#show(found, open?.query);
  };

  #open() {
    const { value, selectionStart, selectionEnd } = this.#field;
    return selectionStart === selectionEnd ? this.#source.queryAt(value, selectionStart) : null;
  }

  #keydown = (event) => {
    if (this.#shown.length === 0 || event.isComposing || event.keyCode === 229) return;
    const { key, shiftKey } = event;
    if (key === "ArrowDown") this.#activate(this.#active + 1);
    else if (key === "ArrowUp") this.#activate(this.#active - 1);
    else if ((key === "Enter" || key === "Tab") && !shiftKey) this.#choose(this.#active);
    else if (key === "Escape") this.close(this.#open().start);
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
    const text = this.#source.textFor(this.#shown[index]);
    this.#field.setRangeText(text, start, this.#field.selectionStart, "end");
    this.close(start); // else a longer name that starts the same would catch the Enter that sends
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show(items, query = "") {
    if (items.length === 0 && this.#shown.length === 0) return;
    this.#shown = items;
    this.#list.replaceChildren(
      ...items.map((item, index) => {
        const option = this.#source.optionFor(item, query);
        option.id = `${this.#list.id}-${index}`;
        return option;
      }),
    );
    this.#list.hidden = items.length === 0;
    this.#status.textContent = items.length === 0 ? "" : this.#source.explain(items.length);
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

/** Completes @names. */
export class MentionPicker {
  #field;
  #suggestions;
  #hues;
  #people = [];

  constructor({ field, list, status, hues }) {
    this.#field = field;
    this.#hues = hues;
    this.#suggestions = new Suggestions({
      field,
      list,
      status,
      source: {
        queryAt,
        find: (query) => matching(this.#people, query),
        keyOf: ({ author_id }) => author_id,
        optionFor: (person) => this.#optionFor(person),
        textFor: ({ name }) => `@${name} `,
        explain,
      },
    });
  }

  /** The people to offer: the others who are here. */
  set people(people) {
    this.#people = people;
    // What was typed while this module was loading may be a name.
    if (document.activeElement === this.#field) this.#suggestions.update();
  }

  /** Insert `@name ` at the caret, as if it had been typed and completed. */
  insert(name) {
    const { value, selectionStart, selectionEnd } = this.#field;
    const gap = /\S$/.test(value.slice(0, selectionStart)) ? " " : "";
    this.#field.focus({ preventScroll: true });
    this.#field.setRangeText(`${gap}@${name} `, selectionStart, selectionEnd, "end");
    this.#suggestions.close(selectionStart + gap.length);
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #optionFor({ author_id, name }) {
    const element = fromTemplate("mention");
    const parts = partsOf(element);
    this.#hues.apply(element, author_id);
    parts.avatar.textContent = initialOf(name);
    parts.name.textContent = name;
    parts.mark.textContent = markOf(author_id);
    return element;
  }
}

function explain(count) {
  const text = ngettext(
    "%(count)s name. Enter completes, Escape closes.",
    "%(count)s names. Arrow keys choose, Enter completes, Escape closes.",
    count,
  );
  return interpolate(text, { count });
}
