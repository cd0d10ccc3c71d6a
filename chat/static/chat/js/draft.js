/** What is being written in a room, kept across reloads. Tabs share it: what was begun last is kept. */
export class Draft {
  #storage;
  #key;
  #own = ""; // what this tab kept last

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  load() {
    this.#own = this.#storage.get(this.#key) ?? "";
    return this.#own;
  }

  save(text) {
    if (text !== "") this.#storage.set(this.#key, text);
    else if (this.#storage.get(this.#key) === this.#own) this.#storage.remove(this.#key); // else it is another tab's
    this.#own = text;
  }
}
