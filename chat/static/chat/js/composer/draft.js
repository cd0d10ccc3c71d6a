/** What is being written in a room, kept across reloads. Tabs share it: what was begun last is kept. */
export class Draft {
  #storage;
  #key;
  #posted;
  #own = ""; // what this tab kept last

  /** `posted(id)` is the text that the page's form with this id has posted, if it is on the page. */
  constructor({ storage, key, posted }) {
    this.#storage = storage;
    this.#key = key;
    this.#posted = posted;
  }

  load() {
    this.#own = this.#storage.get(this.#key) ?? "";
    const form = this.#storage.get(this.#formKey);
    if (form !== null && this.#posted(form) === this.#own.trim()) this.save("");
    return this.#own;
  }

  /** `form` is the id of the form that the text was typed into and that may be posting it. */
  save(text, { form = null } = {}) {
    if (text !== "") this.#storage.set(this.#key, text);
    else if (this.#storage.get(this.#key) === this.#own) this.#storage.remove(this.#key); // else it is another tab's
    if (form !== null) this.#storage.set(this.#formKey, form);
    else this.#storage.remove(this.#formKey);
    this.#own = text;
  }

  get #formKey() {
    return `${this.#key}form`;
  }
}
