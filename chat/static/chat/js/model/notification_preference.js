/** What the reader wants to hear of in a room while they look elsewhere: nothing, unless they chose. Kept in this browser. Pure. */
const ABOUT = ["nothing", "mentions", "everything"];

export class NotificationPreference {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  get about() {
    const { about } = this.#kept();
    return ABOUT.includes(about) ? about : ABOUT[0];
  }

  get sound() {
    return this.#kept().sound === true;
  }

  set({ about, sound }) {
    this.#storage.set(this.#key, JSON.stringify({ about, sound }));
  }

  /** Of `messages`, those to tell of; `mentionsMe` says whether one names the reader. */
  wanted(messages, mentionsMe) {
    if (this.about === "nothing") return [];
    return this.about === "everything" ? messages : messages.filter(mentionsMe);
  }

  #kept() {
    try {
      return JSON.parse(this.#storage.get(this.#key)) ?? {};
    } catch {
      return {};
    }
  }
}
