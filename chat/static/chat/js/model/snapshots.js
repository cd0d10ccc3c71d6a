/**
 * A room's latest messages, kept in this browser so that the room opens without a network. They lie in the Cache API, where they cannot
 * take the place that the outbox needs; where a browser has none (plain http), nothing is kept. A snapshot of another build is not read:
 * a message may have looked different then.
 */
const MOST_ROOMS = 20;
const EVERY = 1_000; // ms between two writes

export class Snapshots {
  #cache;
  #address;
  #build;
  #timer = 0;
  #take = null;

  /** `cache` names the cache, `address` the room in it. Without a `build` nothing is kept. */
  constructor({ cache, address, build }) {
    this.#cache =
      build && globalThis.caches
        ? () => caches.open(cache)
        : () => Promise.reject(new Error("No cache."));
    this.#address = address;
    this.#build = build;
    addEventListener("pagehide", this.#flush);
    document.addEventListener("visibilitychange", () => document.hidden && this.#flush());
  }

  /** What was kept, with `kept_at`, or null. */
  async load() {
    try {
      const response = await (await this.#cache()).match(this.#address);
      const snapshot = await response?.json();
      return snapshot?.build === this.#build ? snapshot : null;
    } catch {
      return null;
    }
  }

  /** Keep what `take()` gives, soon; null is not kept. */
  keep(take) {
    this.#take = take;
    this.#timer ||= setTimeout(this.#flush, EVERY);
  }

  #flush = () => {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const snapshot = this.#take?.();
    this.#take = null;
    if (snapshot)
      this.#write({ ...snapshot, build: this.#build, kept_at: new Date().toISOString() }).catch(
        () => {},
      ); // full, or blocked
  };

  async #write(snapshot) {
    const cache = await this.#cache();
    await cache.delete(this.#address); // the latest ones come last
    await cache.put(this.#address, new Response(JSON.stringify(snapshot)));
    const rooms = await cache.keys();
    await Promise.all(rooms.slice(0, -MOST_ROOMS).map((room) => cache.delete(room)));
  }
}
