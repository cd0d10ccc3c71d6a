/** Says new messages to people who listen to the page: each one while it is calm, a sum when more come than one can listen to. */
import { excerpt } from "../messages/excerpt.js";
import { interpolate, ngettext } from "../i18n.js";

const GATHER = 1_000; // ms
const MOST = 3; // messages read out one by one
const MOST_OF_ONE = 300; // characters: the rest is read where it stands
const CHARACTER = 60; // ms that it takes to say one
const LONGEST = 10_000; // ms

export class Announcer {
  #region;
  #waiting = [];
  #timer = 0;
  #saidAt = 0; // when the last of it will have been said

  constructor({ region }) {
    this.#region = region;
  }

  announce(messages) {
    this.#waiting.push(...messages);
    this.#timer ||= setTimeout(
      () => this.#sayWhatWaits(),
      Math.max(GATHER, this.#saidAt - Date.now()),
    );
  }

  /** Says this now, whatever waits. */
  say(...spoken) {
    this.#saidAt = Date.now() + Math.min(LONGEST, CHARACTER * spoken.join("").length);
    this.#region.replaceChildren(...spoken.map(paragraph));
  }

  #sayWhatWaits() {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#timer = 0;
    if (messages.length > MOST) this.say(sum(messages.length));
    else this.say(...messages.map(sentence));
  }
}

function sentence({ author_name, body }) {
  return `${author_name}: ${excerpt(body, MOST_OF_ONE)}`;
}

function sum(count) {
  return interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), { count });
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
