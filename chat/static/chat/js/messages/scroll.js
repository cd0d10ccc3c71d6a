/** Scrolling: keeping the reader's position, and loading pages near either end. */
import { Refusal } from "../net/errors.js";

const NEAR = 40; // px from the bottom that count as the bottom
const ANCHORS = 4; // rows that may anchor the position: the first ones may be headings

/**
 * Keeps the reader's position: at the bottom while they are there, on the same message while they
 * read above. Fires `moved` when `pinned` changes.
 */
export class Scroll extends EventTarget {
  #scroller;
  #rows;
  #isOpenEnded;
  #isEmpty;
  #pinned = true;
  #top = 0;
  #width = 0;
  #held = null; // the topmost visible row, and how far below the upper edge it ends
  #height = 0; // of the scroller, when it last changed

  /**
   * `isOpenEnded()`: does more follow below the page? Then its bottom is not the end.
   * `isEmpty()`: are there no messages? Then the text shown instead is read from its top.
   */
  constructor({ scroller, content, rows, isOpenEnded = () => false, isEmpty = () => false }) {
    super();
    this.#scroller = scroller;
    this.#rows = rows;
    this.#isOpenEnded = isOpenEnded;
    this.#isEmpty = isEmpty;
    scroller.addEventListener("scroll", this.#scrolled, { passive: true });
    // A keyboard that opens, a rotated screen or a loaded font is not the reader scrolling away.
    const observer = new ResizeObserver(() => this.#restore());
    observer.observe(scroller);
    observer.observe(content);
  }

  /** Is the reader at the bottom, where new messages appear? */
  get pinned() {
    return this.#pinned;
  }

  /** The topmost visible rows. */
  get topRows() {
    return this.#visible(ANCHORS);
  }

  /** Is `element` "above", "within" or "below" the visible part? */
  sideOf(element) {
    const { top, bottom } = element.getBoundingClientRect();
    const window = this.#scroller.getBoundingClientRect();
    if (bottom <= window.top) return "above";
    return top < window.bottom ? "within" : "below";
  }

  /** Change the rows through `mutate()` without moving what the reader looks at. */
  keep(mutate) {
    this.#restoreAfterResize();
    if (this.#pinned) {
      mutate();
      this.#jump();
      return;
    }
    // The lower edges: the author's name above a text may disappear.
    const anchors = this.#visible(ANCHORS)
      .map((row) => this.#steadyIn(row))
      .map((row) => ({ row, before: row.getBoundingClientRect().bottom }));
    mutate();
    // A day's heading is removed when older messages of that day are loaded.
    const anchor = anchors.find(({ row }) => row.isConnected);
    if (anchor)
      this.#scroller.scrollTop += anchor.row.getBoundingClientRect().bottom - anchor.before;
    this.#hold();
  }

  /** Change a row through `mutate()` while `anchor` stays in place, or moves up by `by` px. */
  steady(anchor, mutate, { by = 0 } = {}) {
    const before = anchor.getBoundingClientRect().top;
    mutate();
    this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before + by;
    this.#hold();
    this.#setPinned(this.#isAtBottom());
  }

  /** Scroll `element` into the middle. */
  show(element) {
    element.scrollIntoView({ block: "center" });
    this.#hold();
    this.#setPinned(this.#isAtBottom());
  }

  toBottom({ smooth = false } = {}) {
    this.#setPinned(true);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (smooth && !calm)
      this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: "smooth" });
    else this.#jump();
  }

  #jump() {
    this.#scroller.scrollTop = this.#isEmpty() ? 0 : this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
  }

  /** Remember the reader's position. */
  #hold() {
    const [row] = this.#visible(1);
    const held = row && this.#steadyIn(row);
    this.#held = held ? { row: held, below: this.#below(held) } : null;
    this.#top = this.#scroller.scrollTop;
  }

  /** The row; or its text, if it ends below the visible part: reactions may appear there. */
  #steadyIn(row) {
    return this.#below(row) > this.#scroller.clientHeight
      ? (row.querySelector("[data-part=body]") ?? row)
      : row;
  }

  /** Go back to the remembered position. */
  #restore() {
    this.#width = this.#scroller.clientWidth;
    this.#height = this.#scroller.clientHeight;
    if (this.#pinned) this.#jump();
    else if (this.#held?.row.isConnected)
      this.#scroller.scrollTop += this.#below(this.#held.row) - this.#held.below;
    this.#top = this.#scroller.scrollTop;
  }

  /** At another width rows have other heights, and the browser may already have scrolled. */
  #restoreAfterResize() {
    const resized = this.#scroller.clientWidth !== this.#width;
    if (resized) this.#restore();
    return resized;
  }

  #below(row) {
    return row.getBoundingClientRect().bottom - this.#scroller.getBoundingClientRect().top;
  }

  #scrolled = () => {
    if (this.#restoreAfterResize()) return;
    const { scrollTop, clientHeight } = this.#scroller;
    // The height changed for a moment: the observer will scroll to the bottom.
    if (this.#pinned && clientHeight !== this.#height) return;
    if (this.#isAtBottom()) this.#setPinned(true);
    // Only scrolling up leaves the bottom; growing content does not.
    else if (scrollTop < this.#top - 1) this.#setPinned(false);
    this.#hold();
  };

  #isAtBottom() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - clientHeight - scrollTop <= NEAR && !this.#isOpenEnded();
  }

  #setPinned(pinned) {
    if (pinned === this.#pinned) return;
    this.#pinned = pinned;
    this.dispatchEvent(new CustomEvent("moved"));
  }

  /** At most `count` visible rows from the top, found by binary search. */
  #visible(count) {
    const rows = this.#rows.children;
    const edge = this.#scroller.getBoundingClientRect().top;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    return [...rows].slice(low, low + count);
  }
}

const DEFAULT_PAUSE = 2_000; // ms to wait after a refusal without retry_in_ms

/** Loads a page when `sentinel` comes near the visible part. Fires `page` {page, question}. */
export class Pager extends EventTarget {
  #sentinel;
  #question;
  #connection;
  #observer;
  #near = false;
  #loading = false;

  /**
   * `ahead` is the distance at which to load, as a rootMargin; `question()` returns the fields of a
   * `history.fetch`, or null when there is nothing to load.
   */
  constructor({ scroller, sentinel, ahead, question, connection }) {
    super();
    this.#sentinel = sentinel;
    this.#question = question;
    this.#connection = connection;
    this.#observer = new IntersectionObserver(this.#observed, {
      root: scroller,
      rootMargin: ahead,
    });
    this.#observer.observe(sentinel);
  }

  /** Call when there may be more to load: after drawing, after a welcome. */
  async refresh() {
    const question = this.#question();
    if (!this.#near || this.#loading || !question || !this.#connection.connected) return;

    this.#loading = true;
    try {
      const { before, limit } = question;
      const page = await this.#connection.command("history.fetch", { before, limit });
      this.dispatchEvent(new CustomEvent("page", { detail: { page, question } }));
    } catch (error) {
      if (error instanceof Refusal)
        await new Promise((resolve) => setTimeout(resolve, error.retryInMs ?? DEFAULT_PAUSE));
    }
    this.#loading = false;
    // An observer fires only when something crosses its edge: observe again, since the new page may
    // still leave the sentinel near.
    this.#near = false;
    this.#observer.unobserve(this.#sentinel);
    this.#observer.observe(this.#sentinel);
  }

  #observed = (entries) => {
    this.#near = entries.at(-1).isIntersecting;
    this.refresh();
  };
}
