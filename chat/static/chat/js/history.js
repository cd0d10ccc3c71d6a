/** Loads older pages while their place, above the oldest message, is near the visible part. Fires `page` with {page, before}. */
import { Refusal } from "./connection.js";

const PAGE = 50; // messages
const AHEAD = "800px 0px 0px 0px"; // load this long before the reader gets there
const PATIENCE = 2_000; // ms to wait after a refusal that names no time

export class History extends EventTarget {
  #sentinel;
  #timeline;
  #connection;
  #observer;
  #near = false;
  #loading = false;

  constructor({ scroller, sentinel, timeline, connection }) {
    super();
    this.#sentinel = sentinel;
    this.#timeline = timeline;
    this.#connection = connection;
    this.#observer = new IntersectionObserver(this.#observed, { root: scroller, rootMargin: AHEAD });
    this.#observer.observe(sentinel);
  }

  /** Call when there may be more to load than before: after a draw, after a welcome. */
  async refresh() {
    const { ready, hasOlder, before } = this.#timeline;
    if (!this.#near || this.#loading || !ready || !hasOlder || !this.#connection.connected) return;

    this.#loading = true;
    try {
      const page = await this.#connection.command("history.fetch", { before, limit: PAGE });
      this.dispatchEvent(new CustomEvent("page", { detail: { page, before } }));
    } catch (error) {
      if (error instanceof Refusal) await new Promise((resolve) => setTimeout(resolve, error.retryInMs ?? PATIENCE));
    }
    this.#loading = false;
    // The observer speaks up only when something crosses its edge: ask it again, the page may still leave room.
    this.#observer.unobserve(this.#sentinel);
    this.#observer.observe(this.#sentinel);
  }

  #observed = (entries) => {
    this.#near = entries.at(-1).isIntersecting;
    this.refresh();
  };
}
