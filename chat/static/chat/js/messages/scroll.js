/** Holds the reader's place: at the bottom while they are there, on the same message while they read above. Fires `moved`. */

const NEAR = 40; // px from the bottom that still count as the bottom
const ANCHORS = 4; // rows that may hold the reader's place: the first may be headings

export class Scroll extends EventTarget {
  #scroller;
  #rows;
  #isOpenEnded;
  #isEmpty;
  #pinned = true;
  #top = 0;
  #width = 0;
  #held = null; // the row at the top of what the reader sees, and how far below the edge it ends
  #height = 0; // of its window, when that was last seen to change

  /**
   * `isOpenEnded()` says whether more follows below what is on the page: then its bottom is a place like any other. `isEmpty()` says
   * whether there is no message: what stands there instead is read from its top.
   */
  constructor({ scroller, content, rows, isOpenEnded = () => false, isEmpty = () => false }) {
    super();
    this.#scroller = scroller;
    this.#rows = rows;
    this.#isOpenEnded = isOpenEnded;
    this.#isEmpty = isEmpty;
    scroller.addEventListener("scroll", this.#scrolled, { passive: true });
    // A keyboard that opens, a window that turns, a font that loads: none of them is the reader moving away.
    const observer = new ResizeObserver(() => this.#return());
    observer.observe(scroller);
    observer.observe(content);
  }

  /** Is the reader at the bottom, where new messages appear? */
  get pinned() {
    return this.#pinned;
  }

  /** The rows at the top of what the reader sees. */
  get place() {
    return this.#visible(ANCHORS);
  }

  /** Where `element` lies for the reader: "above", "within" or "below" what they see. */
  sideOf(element) {
    const { top, bottom } = element.getBoundingClientRect();
    const window = this.#scroller.getBoundingClientRect();
    if (bottom <= window.top) return "above";
    return top < window.bottom ? "within" : "below";
  }

  /** Change the rows through `mutate` without moving what the reader looks at. */
  keep(mutate) {
    this.#turned();
    if (this.#pinned) {
      mutate();
      this.#jump();
      return;
    }
    // Their lower edges: what is above the text, the author's name, may go when the message before it appears.
    const anchors = this.#visible(ANCHORS).map((row) => ({
      row,
      before: row.getBoundingClientRect().bottom,
    }));
    mutate();
    const anchor = anchors.find(({ row }) => row.isConnected); // a day's heading moves away when older messages of that day come
    if (anchor)
      this.#scroller.scrollTop += anchor.row.getBoundingClientRect().bottom - anchor.before;
    this.#hold();
  }

  /** Change the height of a row through `mutate`, while `anchor` stays where the reader sees it, or moves up by `by` px. */
  steady(anchor, mutate, { by = 0 } = {}) {
    const before = anchor.getBoundingClientRect().top;
    mutate();
    this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before + by;
    this.#hold();
    this.#setPinned(this.#isAtBottom());
  }

  /** Bring `element` into the middle. */
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

  /** Remember where the reader is. */
  #hold() {
    const [row] = this.#visible(1);
    this.#held = row ? { row, below: this.#below(row) } : null;
    this.#top = this.#scroller.scrollTop;
  }

  /** Back to where the reader was. */
  #return() {
    this.#width = this.#scroller.clientWidth;
    this.#height = this.#scroller.clientHeight;
    if (this.#pinned) this.#jump();
    else if (this.#held?.row.isConnected)
      this.#scroller.scrollTop += this.#below(this.#held.row) - this.#held.below;
    this.#top = this.#scroller.scrollTop;
  }

  /** At another width rows have other heights, and the browser may have moved the reader already, even to the bottom. */
  #turned() {
    const turned = this.#scroller.clientWidth !== this.#width;
    if (turned) this.#return();
    return turned;
  }

  #below(row) {
    return row.getBoundingClientRect().bottom - this.#scroller.getBoundingClientRect().top;
  }

  #scrolled = () => {
    if (this.#turned()) return;
    const { scrollTop, clientHeight } = this.#scroller;
    if (this.#pinned && clientHeight !== this.#height) return; // pushed by a window that was larger for a moment; its observer jumps
    if (this.#isAtBottom()) this.#setPinned(true);
    else if (scrollTop < this.#top - 1) this.#setPinned(false); // only moving up leaves the bottom; content growing does not
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

  /** Rows lie in order, so look by halves. */
  #visible(most) {
    const rows = this.#rows.children;
    const edge = this.#scroller.getBoundingClientRect().top;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    return [...rows].slice(low, low + most);
  }
}
