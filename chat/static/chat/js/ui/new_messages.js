/** What tells the reader of new messages: bar, button, title, icon, and screen readers. */
import { gettext, interpolate, moment, ngettext, number } from "../i18n.js";
import { excerpt, parse, plainText } from "../messages/formatting.js";
import { hide } from "./dom.js";

/**
 * The number of messages since the last visit, if they start above the visible part. Fires
 * `shown` {text}, `jump` {seq} and `dismiss`.
 */
export class UnreadBar extends EventTarget {
  #bar;
  #label;
  #url;
  #after = null; // shown for the messages after this seq
  #seq = null;

  constructor({ bar, jump, label, dismiss, url }) {
    super();
    this.#bar = bar;
    this.#label = label;
    this.#url = url;
    jump.addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("jump", { detail: { seq: this.#seq } })),
    );
    dismiss.addEventListener("click", () => this.dispatchEvent(new CustomEvent("dismiss")));
  }

  /** `unseen` is {after, since}: read up to that seq, at that time; or null for no bar. */
  async draw(unseen) {
    if ((unseen?.after ?? null) === this.#after) return;
    this.#after = unseen?.after ?? null;
    hide(this.#bar);
    if (!unseen) return;

    const found = await this.#fetch(unseen.after);
    if (unseen.after !== this.#after || !found?.seq) return;
    this.#seq = found.seq;
    const text = unreadText({ ...found, ...unseen });
    this.#label.textContent = text;
    this.#bar.hidden = false;
    this.dispatchEvent(new CustomEvent("shown", { detail: { text } }));
  }

  async #fetch(after) {
    try {
      const response = await fetch(`${this.#url}?${new URLSearchParams({ after })}`);
      return response.ok ? await response.json() : null;
    } catch {
      this.#after = null; // try again with the next draw
      return null;
    }
  }
}

function unreadText({ count, more, since }) {
  const time = moment(new Date(since));
  if (more)
    return interpolate(gettext("More than %(count)s new since %(time)s. Jump to first"), {
      count,
      time,
    });
  return interpolate(
    ngettext(
      "%(count)s new since %(time)s. Jump there",
      "%(count)s new since %(time)s. Jump to first",
      count,
    ),
    { count, time },
  );
}

/** The button back to the latest messages, with the number of new ones. Fires `click`. */
export class LatestButton extends EventTarget {
  #button;
  #label;
  #scroll;
  #unseen = 0;

  constructor({ button, label, scroll }) {
    super();
    this.#button = button;
    this.#label = label;
    this.#scroll = scroll;
    button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("click")));
    scroll.addEventListener("moved", () => this.#moved());
  }

  count(messages) {
    if (!this.#scroll.pinned) this.#unseen += messages.length;
    this.#draw();
  }

  #moved() {
    if (this.#scroll.pinned) this.#unseen = 0;
    this.#draw();
  }

  #draw() {
    if (this.#scroll.pinned) hide(this.#button);
    else this.#button.hidden = false;
    this.#button.toggleAttribute("data-unseen", this.#unseen > 0);
    this.#label.textContent =
      this.#unseen === 0 ? gettext("Latest messages") : newMessages(this.#unseen);
  }
}

function newMessages(count) {
  return interpolate(ngettext("%(count)s new message", "%(count)s new messages", count), { count });
}

const MAX_SHOWN = 99;

/**
 * The room's title in the headings and in the document's title, there with the number of messages
 * that arrived while the page was hidden. The icon shows the number too.
 */
export class PageTitle {
  #icon;
  #headings;
  #plainIcon;
  #plainTitle;
  #unread = 0;

  /** `icon` is the page's `<link rel="icon">`, `headings` are elements that contain the title. */
  constructor({ icon, headings }) {
    this.#icon = icon;
    this.#headings = headings;
    this.#plainIcon = icon.getAttribute("href");
    this.#plainTitle = document.title;
    document.addEventListener("visibilitychange", () => !document.hidden && this.#show(0));
  }

  /** The room's title. */
  set title(title) {
    for (const heading of this.#headings) heading.textContent = title;
    this.#plainTitle = title;
    this.#draw();
  }

  count(messages) {
    if (document.hidden) this.#show(this.#unread + messages.length);
  }

  #show(unread) {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#draw();
  }

  #draw() {
    const unread = this.#unread;
    const shown = unread > MAX_SHOWN ? `${number(MAX_SHOWN)}+` : number(unread);
    document.title = unread > 0 ? `(${shown}) ${this.#plainTitle}` : this.#plainTitle;
    const icon = unread > 0 ? withNumber(shown) : this.#plainIcon;
    if (this.#icon.getAttribute("href") !== icon) this.#icon.href = icon;
  }
}

/** The icon of static/chat/favicon.svg with a number. */
function withNumber(number) {
  const size = number.length > 2 ? 11 : number.length > 1 ? 14 : 18;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <path fill="#0f766e" d="M8 3h16a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-8l-7.3 5.6A1 1 0 0 1 7
      28.8V24a6 6 0 0 1-5-6V9a6 6 0 0 1 6-6z"/>
    <circle cx="20" cy="20" r="12" fill="#b91c1c"/>
    <text x="20" y="20" dy=".36em" text-anchor="middle" fill="#fff" font-family="sans-serif"
      font-weight="700" font-size="${size}">${number}</text>
  </svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const GATHER = 1_000; // ms
const MAX_ANNOUNCED = 3; // messages; of more than that only the number is read
const MAX_CHARACTERS = 300; // of a message
const MS_PER_CHARACTER = 60; // of speech
const MAX_SPEECH = 10_000; // ms

/** Has screen readers read new messages, or their number when there are many. */
export class Announcer {
  #region;
  #waiting = []; // messages
  #others = []; // texts
  #read = []; // messages that the region has
  #timer = 0;
  #speaksUntil = 0; // the estimated end of the current announcement

  constructor({ region }) {
    this.#region = region;
  }

  announce(messages) {
    this.#waiting.push(...messages);
    this.#schedule();
  }

  /** Read this text after what is being read. */
  announceNext(text) {
    this.#others.push(text);
    this.#schedule();
  }

  /** Leave out messages that were deleted: `isGone(message)`. */
  forget(isGone) {
    this.#waiting = this.#waiting.filter((message) => !isGone(message));
    if (this.#read.some(isGone)) this.announceText();
  }

  #schedule() {
    this.#timer ||= setTimeout(
      () => this.#announceWaiting(),
      Math.max(GATHER, this.#speaksUntil - Date.now()),
    );
  }

  /** Read these texts now. */
  announceText(...texts) {
    this.#read = [];
    this.#speaksUntil = Date.now() + Math.min(MAX_SPEECH, MS_PER_CHARACTER * texts.join("").length);
    this.#region.replaceChildren(...texts.map(paragraph));
  }

  #announceWaiting() {
    const messages = this.#waiting;
    const texts = this.#others;
    this.#waiting = [];
    this.#others = [];
    this.#timer = 0;
    if (messages.length > MAX_ANNOUNCED) {
      this.announceText(newMessages(messages.length), ...texts);
    } else if (messages.length + texts.length > 0) {
      this.announceText(...messages.map(textOf), ...texts);
      this.#read = messages;
    }
  }
}

function textOf({ author_name, body }) {
  return `${author_name}: ${excerpt(plainText(parse(body)), MAX_CHARACTERS)}`;
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
