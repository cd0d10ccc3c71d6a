/** The rows of a list, one for each item. A row stays while its item does. */
import { fromTemplate, partsOf } from "../ui/dom.js";

export class Rows {
  #list;
  #template;
  #keyOf;
  #fill;
  #rest;
  #rows = new Map(); // by key: {row, parts, item}

  /**
   * `fill(parts, item)` is called at each drawing, `parts.row` being the row. `rest` gets the focus
   * when the last row goes that had it.
   */
  constructor({ list, template, keyOf, fill, rest }) {
    this.#list = list;
    this.#template = template;
    this.#keyOf = keyOf;
    this.#fill = fill;
    this.#rest = rest;
  }

  draw(items) {
    const keys = new Set(items.map(this.#keyOf));
    const gone = [...this.#rows].filter(([key]) => !keys.has(key));
    this.#keepFocus(gone.map(([, { row }]) => row));
    for (const [key, { row }] of gone) {
      row.remove();
      this.#rows.delete(key);
    }
    for (const [index, item] of items.entries()) {
      const known = this.#row(this.#keyOf(item));
      known.item = item;
      this.#fill(known.parts, item);
      const next = this.#list.children[index] ?? null;
      if (next !== known.row) this.#list.insertBefore(known.row, next);
    }
  }

  /** The item of the row that contains this element; undefined if none does. */
  itemOf(element) {
    const row = element.closest("li");
    return [...this.#rows.values()].find((known) => known.row === row)?.item;
  }

  /** Focus the first row. Is there one? */
  focusFirst() {
    return focusRow(this.#list.firstElementChild);
  }

  /** Focus the row `step` rows further on. Is there one? */
  focusBeside(element, step) {
    const rows = [...this.#list.children];
    return focusRow(rows[rows.indexOf(element.closest("li")) + step]);
  }

  #row(key) {
    if (!this.#rows.has(key)) {
      const row = fromTemplate(this.#template);
      this.#rows.set(key, { row, parts: { row, ...partsOf(row) } });
    }
    return this.#rows.get(key);
  }

  /** Before these rows are removed: to the next row after the focused one, or the one before. */
  #keepFocus(gone) {
    const focused = gone.find((row) => row.contains(document.activeElement));
    if (!focused) return;
    const rows = [...this.#list.children];
    const stays = (row) => !gone.includes(row);
    const at = rows.indexOf(focused);
    focusRow(rows.slice(at).find(stays) ?? rows.slice(0, at).findLast(stays)) || this.#rest.focus();
  }
}

/** Rows are focused by the element in them that has a `tabindex`. */
function focusRow(row) {
  const goal = row?.querySelector("[tabindex]");
  goal?.focus();
  return Boolean(goal);
}
