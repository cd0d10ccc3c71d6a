/** localStorage that never throws: what it refuses (full, blocked) stays in memory. Pure. */
export class SafeStorage {
  #storage;
  #memory = new Map();

  /** `open()` returns the Storage. It is called in here: where storage is blocked, it throws. */
  constructor(open) {
    try {
      this.#storage = open();
    } catch {
      this.#storage = null;
    }
  }

  get(key) {
    if (this.#memory.has(key)) return this.#memory.get(key);
    try {
      return this.#storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  set(key, value) {
    try {
      this.#storage.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  remove(key) {
    this.#memory.delete(key);
    try {
      this.#storage?.removeItem(key);
    } catch {
      // Blocked storage holds nothing to remove.
    }
  }

  keys(prefix) {
    const keys = new Set(this.#memory.keys());
    try {
      for (let index = 0; index < (this.#storage?.length ?? 0); index += 1)
        keys.add(this.#storage.key(index));
    } catch {
      // As above.
    }
    return [...keys].filter((key) => key.startsWith(prefix));
  }
}
