/** Loads more of the log while the place where it would stand is near the visible part. Fires `page` with {page, question}. */
import { Refusal } from "../net/connection.js";

const PATIENCE = 2_000; // ms to wait after a refusal that names no time

export class Pager extends EventTarget {
  #sentinel;
  #question;
  #connection;
  #observer;
  #near = false;
  #loading = false;

  /** `ahead` is how long before the reader gets there, as a rootMargin; `question()` is {before, limit}, or null when all is here. */
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

  /** Call when there may be more to load than before: after a draw, after a welcome. */
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
        await new Promise((resolve) => setTimeout(resolve, error.retryInMs ?? PATIENCE));
    }
    this.#loading = false;
    // The observer speaks up only when something crosses its edge: ask it again once the page is drawn, which may still leave room.
    this.#near = false;
    this.#observer.unobserve(this.#sentinel);
    this.#observer.observe(this.#sentinel);
  }

  #observed = (entries) => {
    this.#near = entries.at(-1).isIntersecting;
    this.refresh();
  };
}
