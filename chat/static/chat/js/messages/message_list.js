/** The rows of the conversation: messages, days and the "New" line; and the day above them. */
import { dayKey, dayName, interpolate, isolate, ngettext } from "../i18n.js";
import { fromTemplate, hide, partsOf } from "../ui/dom.js";
import { NEW } from "./grouping.js";
import { selectedText } from "./message_text.js";
import { MessageView } from "./message_view.js";

const CHANGES = new Set(["dismiss", "edit-again", "copy-edit"]); // actions after a refused change

/**
 * Draws grouped rows, and keeps the elements of rows that are still there. Fires
 *   retry, discard  {id}
 *   copy-code       {code, button}: copy this element's text
 *   quote           {seq, to}: go from a reply to its target
 *   react           {seq, emoji, on}: set or remove one's reaction
 *   pick            {seq, button}: choose a reaction
 *   dismiss         {item}: forget a change that was refused
 *   edit-again      {item}: go on with an edit that was refused
 *   copy-edit       {item}: copy the text of such an edit
 *   reveal          {items}: show these hidden messages
 *   fold            {anchor, by, change}: call `change()` to fold or unfold a message, and keep
 *                   `anchor` in place or move it up by `by` px
 */
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
    root.addEventListener("focusin", this.#enter);
    root.addEventListener("focusin", ({ target }) => this.#viewOf(target)?.label(true));
    root.addEventListener("focusout", ({ target }) => this.#viewOf(target)?.label(false));
    // Find-in-page, focus and selection scroll to their target within a folded message too.
    root.addEventListener("scroll", this.#reveal, { capture: true });
    root.closest("[data-stream]").addEventListener("copy", this.#copy);
  }

  /** The element of the message at `seq`, or null. */
  elementOf(seq) {
    return this.#root.querySelector(`[data-seq="${seq}"], [data-seqs~="${seq}"]`);
  }

  /** The item that a message's element shows. */
  itemOf(element) {
    return this.#viewOf(element)?.item ?? null;
  }

  /** Have a reaction chosen for the message at `seq`, in its element. */
  pickReaction(seq, element) {
    this.#fire("pick", { seq, button: element.querySelector(".message__bubble") });
  }

  /** The message at `seq` as it was drawn last, or undefined. */
  drawnAt(seq) {
    return [...this.#views.values()].find(({ item }) => item?.seq === seq)?.item;
  }

  /** The "New" line, or null. */
  get newLine() {
    return this.#views.get(NEW)?.element ?? null;
  }

  /** The first seq among these elements; null if none is stored yet. */
  seqOf(elements) {
    const seq = elements.find(({ dataset }) => dataset.seq)?.dataset.seq;
    return seq === undefined ? null : Number(seq);
  }

  /** Highlight the message at `seq` as the one that was linked; null highlights none. */
  mark(seq) {
    this.#marked = seq;
    for (const view of this.#views.values()) view.mark?.(seq);
  }

  /**
   * `roleOf(author_id)` is the author's role, or null; `isNamesake(name)`: do several authors use
   * it? `mentions` is {names, isMe}. `targetOf(item)` is what a reply replies to, see
   * ReplyQuote; `emojiName(emoji)` is an emoji's name.
   */
  draw(rows, { roleOf, isNamesake, mentions, targetOf, emojiName }) {
    const views = new Map(
      rows.map((row) => [row.key, this.#views.get(row.key) ?? this.#newView(row)]),
    );
    for (const [key, view] of this.#views)
      if (!views.has(key)) hide(view.element, { remove: true });

    let next = this.#root.firstElementChild;
    for (const row of rows) {
      const view = views.get(row.key);
      const { item } = row;
      const target = item?.reply_to_seq ? targetOf(item) : null;
      view.draw(
        row,
        item && {
          mine: item.mine || this.#isMine(item),
          namesake: isNamesake(item.author_name),
          role: roleOf(item.author_id),
          mentions,
          hues: this.#hues,
          target,
          toMe: target !== null && this.#isMine(target),
          emojiName,
        },
      );
      if (view.element === next) next = next.nextElementSibling;
      else this.#root.insertBefore(view.element, next);
    }
    this.#fold(views);
    for (const view of views.values()) view.mark?.(this.#marked);
    this.#views = views;
  }

  #newView({ kind }) {
    if (kind === "message") return new MessageView();
    if (kind === "hidden") return new HiddenView((items) => this.#fire("reveal", { items }));
    return kind === "day" ? new DayView() : new NewView();
  }

  /**
   * Fold long messages that are new, or all of them after a resize. All are measured before any is
   * folded, to cause one layout instead of many.
   */
  #fold(views) {
    const { clientWidth } = this.#root;
    const resized = clientWidth !== this.#width;
    const long = [...views]
      .filter(([key, view]) => view.isLong && (resized || this.#views.get(key) !== view))
      .map(([, view]) => view);
    for (const view of long) view.measure();
    for (const view of long) view.fold();
    this.#width = clientWidth;
  }

  /** The view of a message's element. */
  #viewOf(element) {
    return element.matches("article")
      ? [...this.#views.values()].find((view) => view.element === element)
      : undefined;
  }

  /** What is within a message is a tab stop while the focus is there, not in all of them. */
  #enter = ({ target }) => {
    const message = target.closest("article");
    for (const stop of this.#root.querySelectorAll("[data-stop][tabindex='0']"))
      if (!message?.contains(stop)) stop.tabIndex = -1;
    for (const stop of message?.querySelectorAll("[data-stop]") ?? []) stop.tabIndex = 0;
  };

  #click = (event) => {
    const button = event.target.closest("[data-action]");
    const message = button?.closest("article");
    if (!message) return;
    const { action } = button.dataset;
    const seq = Number(message.dataset.seq);
    if (action === "fold") this.#toggle(this.#viewOf(message), button);
    else if (action === "copy-code")
      this.#fire("copy-code", { code: button.parentElement.querySelector("code"), button });
    else if (action === "pick") this.#fire(action, { seq, button });
    else if (action === "react") this.#fire("react", { seq, ...reactionOf(button) });
    else if (action === "quote") this.#quote(event, seq, button);
    else if (CHANGES.has(action)) this.#fire(action, { item: this.itemOf(message) });
    else this.#fire(action, { id: message.dataset.clientMessageId });
  };

  /** What was typed, for messages that are selected as a whole. */
  #copy = (event) => {
    const views = [...this.#views.values()].filter(({ copyable }) => copyable);
    const text = selectedText(views.map(({ copyable }) => copyable));
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };

  #toggle(view, button) {
    const anchor = view.isUnfolded ? button : view.element;
    this.#fire("fold", { anchor, by: 0, change: () => view.unfold(!view.isUnfolded) });
  }

  /** Not a click that opens another tab, or selects text. */
  #quote(event, seq, { hash }) {
    if (!hash || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#fire("quote", { seq, to: Number(hash.slice(1)) });
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

/** What a click on a reaction means. */
function reactionOf(chip) {
  return { emoji: chip.dataset.emoji, on: chip.getAttribute("aria-pressed") === "false" };
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

/** Stands in place of hidden messages. `reveal(items)` shows them. */
class HiddenView {
  element = fromTemplate("hidden");
  #parts = partsOf(this.element);
  #items = [];

  constructor(reveal) {
    this.#parts.show.addEventListener("click", () => {
      hide(this.element);
      reveal(this.#items);
    });
  }

  draw({ item, folded }) {
    this.#items = [item, ...folded];
    const count = this.#items.length;
    this.element.dataset.seqs = this.#items.map(({ seq }) => seq).join(" ");
    this.#parts.text.textContent = interpolate(
      ngettext(
        "%(count)s hidden message from %(name)s",
        "%(count)s hidden messages from %(name)s",
        count,
      ),
      { count, name: isolate(item.author_name) },
    );
  }
}

/** Shows the day of the topmost messages, whose heading may be out of sight. Fires `click`. */
export class DayPill extends EventTarget {
  #pill;
  #label;
  #scroll;

  constructor({ pill, label, scroll }) {
    super();
    this.#pill = pill;
    this.#label = label;
    this.#scroll = scroll;
    pill.addEventListener("click", () => this.dispatchEvent(new CustomEvent("click")));
  }

  /** Call after scrolling and drawing. */
  refresh() {
    const [row] = this.#scroll.pinned ? [] : this.#scroll.topRows;
    const time = row?.matches("article") ? row.querySelector("time") : null; // else a heading
    if (!time) hide(this.#pill);
    else this.#show(dayName(new Date(time.dateTime)));
  }

  #show(day) {
    this.#pill.hidden = false;
    if (this.#label.textContent !== day) this.#label.textContent = day;
  }
}
