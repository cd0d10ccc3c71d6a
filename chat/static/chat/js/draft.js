/** What is being written in a room, kept across reloads. */
export class Draft {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  load() {
    return this.#storage.get(this.#key) ?? "";
  }

  save(text) {
    if (text === "") this.#storage.remove(this.#key);
    else this.#storage.set(this.#key, text);
  }
}
