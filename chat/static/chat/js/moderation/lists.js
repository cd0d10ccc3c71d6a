/**
 * What waits for a moderator, the mutes and bans that are in force, and the moderation log, as the
 * server lists them. Pure. Fires `change`.
 */
const PAUSE = 500; // ms between two readings: during a raid something changes all the time

export class Lists extends EventTarget {
  #moderation;
  #held = [];
  #reports = [];
  #inForce = [];
  #acts = [];
  #more = false;
  #problem = null;
  #isLoaded = false;
  #isReading = false;
  #isOutdated = false;
  #clearings = 0; // an answer from before the last one is dropped
  #pause;

  constructor({ moderation, pause = PAUSE }) {
    super();
    this.#moderation = moderation;
    this.#pause = pause;
  }

  /** Has the server answered yet? */
  get isLoaded() {
    return this.#isLoaded;
  }

  /** Why they could not be read the last time, as a Refusal or ConnectionLost; or null. */
  get problem() {
    return this.#problem;
  }

  /** Messages that wait to be approved, the oldest first. */
  get held() {
    return this.#held;
  }

  /** Reported messages, the oldest first. */
  get reports() {
    return this.#reports;
  }

  /** Mutes and bans, the newest first. */
  get inForce() {
    return this.#inForce;
  }

  /** The log, the newest first. */
  get acts() {
    return this.#acts;
  }

  /** Are there older acts? */
  get more() {
    return this.#more;
  }

  /** Read everything again; while that is under way or was just done, once more a little later. */
  async refresh() {
    this.#isOutdated = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isOutdated) {
      this.#isOutdated = false;
      await this.#read();
      await new Promise((resolve) => setTimeout(resolve, this.#pause));
    }
    this.#isReading = false;
  }

  /** Read older acts. */
  async readMore() {
    const last = this.#acts.at(-1)?.act_id;
    const { acts, more } = await this.#fetch({ before: last ?? null });
    if (this.#acts.at(-1)?.act_id !== last) return; // the list was replaced meanwhile
    this.#acts = [...this.#acts, ...acts];
    this.#more = more;
    this.#changed();
  }

  /** An act was undone by `name`; those on older pages are not read again. */
  markUndone(actId, name) {
    const undone = { undone_at: new Date().toISOString(), undone_by: name, can_undo: false };
    this.#acts = this.#acts.map((act) => (act.act_id === actId ? { ...act, ...undone } : act));
    this.#changed();
  }

  /** Drop the texts of reported messages that are deleted: `isGone({seq, author_id})`. */
  forget(isGone) {
    this.#reports = this.#reports.map((each) => (isGone(each) ? { ...each, body: "" } : each));
    this.#changed();
  }

  /** Drop what people wrote: nobody follows what becomes of it until the lists are read again. */
  clear() {
    this.#clearings += 1;
    this.#isOutdated = false;
    this.#held = [];
    this.#reports = [];
    this.#isLoaded = false;
    this.#changed();
  }

  async #read() {
    const clearings = this.#clearings;
    try {
      const { held, reports, in_force, acts, more } = await this.#fetch();
      if (clearings !== this.#clearings) return;
      this.#held = held;
      this.#reports = reports;
      this.#inForce = in_force;
      this.#setNewest(acts, more);
      this.#problem = null;
    } catch (error) {
      this.#problem = error;
    }
    this.#isLoaded = true;
    this.#changed();
  }

  /** Older acts that the reader has loaded stay, unless there is a gap now. */
  #setNewest(acts, more) {
    const last = this.#acts.findIndex(({ act_id }) => act_id === acts.at(-1)?.act_id);
    const older = last < 0 ? [] : this.#acts.slice(last + 1);
    this.#acts = [...acts, ...older];
    if (older.length === 0) this.#more = more;
  }

  #fetch(fields) {
    return this.#moderation.send("moderation.fetch", fields);
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
