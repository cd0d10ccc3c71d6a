/** What the server says of the rooms, asked for modestly: when somebody looks, and now and then while the page is in sight. Fires `rooms`. */
const SOONEST = 5_000; // ms between two questions
const OPEN = 30_000; // ms, while the list is in sight
const CLOSED = 120_000; // ms, for the number on its button
const JITTER = 0.2; // pages that opened together do not ask together for ever
const MOST = 100; // rooms of one question; views/rooms.py refuses more

export class RoomsFeed extends EventTarget {
  #url;
  #slugs;
  #mayAsk;
  #isOpen;
  #askedAt = -Infinity;
  #asking = false;
  #timer = 0;
  #dueAt = 0;

  /** `slugs()` are the rooms to ask for, `mayAsk()` says whether there is hope of an answer, `isOpen()` whether the list is in sight. */
  constructor({ url, slugs, mayAsk, isOpen }) {
    super();
    this.#url = url;
    this.#slugs = slugs;
    this.#mayAsk = mayAsk;
    this.#isOpen = isOpen;
  }

  /** Ask soon; often called, it asks no more often. */
  refresh() {
    this.#askBy(this.#askedAt + SOONEST);
  }

  /** At `time`, if not sooner. */
  #askBy(time) {
    if (this.#timer && this.#dueAt <= time) return;
    clearTimeout(this.#timer);
    this.#dueAt = time;
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, time - Date.now()));
  }

  async #ask() {
    this.#timer = 0;
    const rest = (this.#isOpen() ? OPEN : CLOSED) * (1 + JITTER * Math.random());
    if (!document.hidden && this.#mayAsk() && !this.#asking) {
      this.#asking = true;
      this.#askedAt = Date.now();
      await this.#fetch().catch(() => {}); // the list stays as it was
      this.#asking = false;
    }
    this.#askBy(Date.now() + rest);
  }

  async #fetch() {
    const query = new URLSearchParams(
      this.#slugs()
        .slice(0, MOST)
        .map((slug) => ["slug", slug]),
    );
    const response = await fetch(`${this.#url}?${query}`, {
      headers: { Accept: "application/json" },
    });
    if (!response.ok) return;
    const { rooms } = await response.json();
    this.dispatchEvent(new CustomEvent("rooms", { detail: { rooms } }));
  }
}
