/** The rooms that this browser has been in, the last one first, kept in its storage. Fires `change`. Pure. */
const MOST = 50;

export class RecentRooms extends EventTarget {
  #storage;
  #key;

  constructor({ storage, key }) {
    super();
    this.#storage = storage;
    this.#key = key;
  }

  /** [{slug, title, visited_at}], the last visited first. */
  get all() {
    try {
      const kept = JSON.parse(this.#storage.get(this.#key)) ?? [];
      return kept.filter(
        (room) => typeof room?.slug === "string" && typeof room.title === "string",
      );
    } catch {
      return []; // not ours, or of another version
    }
  }

  visit({ slug, title }, now = Date.now()) {
    this.#keep([{ slug, title, visited_at: now }, ...this.#without(slug)].slice(0, MOST));
  }

  forget(slug) {
    this.#keep(this.#without(slug));
  }

  #without(slug) {
    return this.all.filter((room) => room.slug !== slug);
  }

  #keep(rooms) {
    this.#storage.set(this.#key, JSON.stringify(rooms));
    this.dispatchEvent(new CustomEvent("change"));
  }
}
