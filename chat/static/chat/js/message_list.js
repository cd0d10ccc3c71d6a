/** Draws the arranged rows, keeping the element of every row that is still there. Fires `retry` and `discard` with {id}. */
import { NEW } from "./arrangement.js";
import { hide } from "./hiding.js";
import { MessageView } from "./message_view.js";
import { fromTemplate, partsOf } from "./templates.js";
import { dayKey, dayName } from "./times.js";

export class MessageList extends EventTarget {
  #root;
  #isMine;
  #hues;
  #marked = null;
  #views = new Map(); // by row key, in the order drawn

  constructor({ root, isMine, hues }) {
    super();
    this.#root = root;
    this.#isMine = isMine;
    this.#hues = hues;
    root.addEventListener("click", this.#click);
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
    for (const [key, view] of this.#views) if (!views.has(key)) hide(view.element, { remove: true });

    let next = this.#root.firstElementChild;
    for (const row of rows) {
      const view = views.get(row.key);
      const { item } = row;
      view.draw(row, item && { mine: item.mine || this.#isMine(item), namesake: isNamesake(item.author_name), mentions, hues: this.#hues });
      view.mark?.(this.#marked);
      if (view.element === next) next = next.nextElementSibling;
      else this.#root.insertBefore(view.element, next);
    }
    this.#views = views;
  }

  #click = ({ target }) => {
    const action = target.closest("[data-action]")?.dataset.action;
    const id = target.closest("[data-client-message-id]")?.dataset.clientMessageId;
    if (action && id) this.dispatchEvent(new CustomEvent(action, { detail: { id } }));
  };
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
