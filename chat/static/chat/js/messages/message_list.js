/**
 * Draws the arranged rows, keeping the element of every row that is still there. Fires
 *   retry, discard  {id}
 *   copy            {seq, button}: the link to a message is to be copied
 *   fold            {anchor, by, change}: `change()` folds or unfolds a message; `anchor` is to stay in place, or to move up by `by` px
 */
import { NEW } from "./grouping.js";
import { hide } from "../ui/dom.js";
import { MessageView } from "./message_view.js";
import { fromTemplate, partsOf } from "../ui/templates.js";
import { dayKey, dayName } from "../times.js";

export class MessageList extends EventTarget {
  #root;
  #isMine;
  #hues;
  #width = 0;
  #marked = null;
  #views = new Map(); // by row key, in the order drawn

  constructor({ root, isMine, hues }) {
    super();
    this.#root = root;
    this.#isMine = isMine;
    this.#hues = hues;
    root.addEventListener("click", this.#click);
    root.addEventListener("focusin", ({ target }) => this.#viewOf(target)?.name(true));
    root.addEventListener("focusout", ({ target }) => this.#viewOf(target)?.name(false));
    // Find-in-page, the focus and a selection scroll to what they look for, within a folded message as well.
    root.addEventListener("scroll", this.#reveal, { capture: true });
  }

  /** The element of a message that is on the page. */
  elementOf(seq) {
    return this.#root.querySelector(`[data-seq="${seq}"]`);
  }

  /** The line above what is new, or null. */
  get line() {
    return this.#views.get(NEW)?.element ?? null;
  }

  /** The first seq among these elements; null if all wait to be sent. */
  seqOf(elements) {
    const seq = elements.find(({ dataset }) => dataset.seq)?.dataset.seq;
    return seq === undefined ? null : Number(seq);
  }

  /** Mark the message at `seq` as the one that the reader came for; null marks none. */
  mark(seq) {
    this.#marked = seq;
    for (const view of this.#views.values()) view.mark?.(seq);
  }

  /** `isNamesake` tells of an author's name whether somebody else goes by it; `mentions` as in MessageView. */
  draw(rows, { isNamesake, mentions }) {
    const views = new Map(rows.map((row) => [row.key, this.#views.get(row.key) ?? newView(row)]));
    for (const [key, view] of this.#views)
      if (!views.has(key)) hide(view.element, { remove: true });

    let next = this.#root.firstElementChild;
    for (const row of rows) {
      const view = views.get(row.key);
      const { item } = row;
      view.draw(
        row,
        item && {
          mine: item.mine || this.#isMine(item),
          namesake: isNamesake(item.author_name),
          mentions,
          hues: this.#hues,
        },
      );
      if (view.element === next) next = next.nextElementSibling;
      else this.#root.insertBefore(view.element, next);
    }
    this.#fold(views);
    for (const view of views.values()) view.mark?.(this.#marked);
    this.#views = views;
  }

  /** Fold those that are new here, and all where the width has changed. Each is measured before any is folded: one layout, not many. */
  #fold(views) {
    const { clientWidth } = this.#root;
    const turned = clientWidth !== this.#width;
    const long = [...views]
      .filter(([key, view]) => view.isLong && (turned || this.#views.get(key) !== view))
      .map(([, view]) => view);
    for (const view of long) view.measure();
    for (const view of long) view.fold();
    this.#width = clientWidth;
  }

  /** The view of a message's own element. */
  #viewOf(element) {
    return element.matches("article")
      ? [...this.#views.values()].find((view) => view.element === element)
      : undefined;
  }

  #click = ({ target }) => {
    const button = target.closest("[data-action]");
    const message = button?.closest("article");
    if (!message) return;
    const { action } = button.dataset;
    if (action === "fold") this.#toggle(this.#viewOf(message), button);
    else if (action === "copy") this.#fire("copy", { seq: Number(message.dataset.seq), button });
    else this.#fire(action, { id: message.dataset.clientMessageId });
  };

  #toggle(view, button) {
    const anchor = view.isUnfolded ? button : view.element;
    this.#fire("fold", { anchor, by: 0, change: () => view.unfold(!view.isUnfolded) });
  }

  #reveal = ({ target }) => {
    const view = target.scrollTop > 0 && this.#viewOf(target.closest("article"));
    if (view)
      this.#fire("fold", {
        anchor: view.element,
        by: target.scrollTop,
        change: () => view.unfold(true),
      });
  };

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

class DayView {
  element = fromTemplate("day");
  #parts = partsOf(this.element);

  draw({ date }) {
    this.#parts.date.dateTime = dayKey(date);
    this.#parts.date.textContent = dayName(date);
  }
}

class NewView {
  element = fromTemplate("new");

  draw() {}
}

function newView({ kind }) {
  if (kind === "message") return new MessageView();
  return kind === "day" ? new DayView() : new NewView();
}
