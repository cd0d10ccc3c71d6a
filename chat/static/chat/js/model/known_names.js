/** The names that a message may mention: the reader's, of those who are here, and of those who have spoken. Pure. */
import { Names, mentions } from "./mentions.js";

const MOST = 300; // names; those met longest ago are forgotten

export class KnownNames {
  #me = "";
  #met = new Set();
  #mentions = { names: new Names([]), isMe: () => false };

  /** {names, isMe}; another object whenever there is another name to look for. */
  get mentions() {
    return this.#mentions;
  }

  /** Does `body` mention the reader? */
  mentionsMe(body) {
    return mentions(body, this.#me, [...this.#met]);
  }

  meet(people, me) {
    const fresh = people.filter((name) => !this.#met.has(name));
    if (fresh.length === 0 && me === this.#me) return;
    this.#me = me;
    this.#met = new Set([...this.#met, ...fresh].slice(-MOST));
    const names = new Names([me, ...this.#met]);
    this.#mentions = { names, isMe: (name) => names.same(name, me) };
  }
}
