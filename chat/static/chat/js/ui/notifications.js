/**
 * Tells of messages that come while nobody looks at the room: by one notification for the room, which the next one replaces, and by
 * a sound. All of this browser's tabs together tell once.
 */
import { Chime } from "./chime.js";
import { gettext, interpolate, isolate, ngettext } from "../i18n.js";
import { NotificationPreference } from "../model/notification_preference.js";
import { NotificationSettings } from "./notification_settings.js";
import { NotificationLedger } from "../model/notification_ledger.js";

const GATHER = 500; // ms in which a tab that is looked at says so, and messages come together
const EVERY = 3_000; // ms between two notices
const AGAIN = 60_000; // ms after which a notice that replaces another one calls for attention anew
const MOST = 200; // characters of a message

export class Notifications {
  #title;
  #tag;
  #icon;
  #preference;
  #ledger;
  #cursor;
  #mentionsMe;
  #dialog;
  #chime = new Chime();
  #waiting = [];
  #timer = 0;
  #shownAt = -AGAIN;
  #notification = null;

  /**
   * `parts` are those of NotificationSettings, `title()` is the room's, `cursor()` the place up to which the page has everything, and `mentionsMe`
   * says whether a message names the reader.
   */
  constructor({ parts, storage, key, title, icon, cursor, mentionsMe }) {
    this.#title = title;
    this.#tag = key;
    this.#icon = icon;
    this.#preference = new NotificationPreference({ storage, key: `${key}choice` });
    this.#ledger = new NotificationLedger({ storage, key: `${key}told` });
    this.#cursor = cursor;
    this.#mentionsMe = mentionsMe;
    this.#dialog = new NotificationSettings({
      ...parts,
      preference: this.#preference,
      chime: this.#chime,
    });
    addEventListener("focus", this.#look);
    document.addEventListener("visibilitychange", this.#look);
    addEventListener("storage", (event) => this.#ledger.isReadElsewhere(event) && this.#close());
  }

  /** Let the reader choose. */
  openSettings() {
    this.#dialog.open();
  }

  notify(messages) {
    if (isLookedAt()) this.#look();
    this.#waiting.push(...this.#preference.wanted(messages, this.#mentionsMe));
    if (this.#waiting.length === 0) return;
    const since = performance.now() - this.#shownAt;
    this.#timer ||= setTimeout(this.#gathered, Math.max(GATHER, EVERY - since));
  }

  #gathered = () => {
    this.#timer = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!isLookedAt()) this.#alone(() => this.#show(waiting));
  };

  #look = () => {
    const cursor = this.#cursor();
    if (!isLookedAt() || !cursor || this.#preference.about === "nothing") return;
    this.#ledger.markRead(cursor);
    this.#close();
  };

  #show(messages) {
    const { fresh, count } = this.#ledger.take(messages, this.#cursor()?.epoch);
    if (fresh.length === 0) return;
    if (this.#preference.sound) this.#chime.play();
    if (globalThis.Notification?.permission === "granted") this.#notify(fresh.at(-1), count);
    this.#shownAt = performance.now();
  }

  #notify({ seq, author_name, body }, count) {
    const room = isolate(this.#title());
    const title =
      count === 1
        ? interpolate(gettext("%(name)s in %(room)s"), { name: isolate(author_name), room })
        : interpolate(
            ngettext(
              "%(count)s new message in %(room)s",
              "%(count)s new messages in %(room)s",
              count,
            ),
            { count, room },
          );
    const text = count === 1 ? body : `${isolate(author_name)}: ${body}`;
    const options = {
      body: text.length > MOST ? `${text.slice(0, MOST)}…` : text,
      icon: this.#icon,
      tag: this.#tag,
      renotify: performance.now() - this.#shownAt > AGAIN,
      silent: true, // the sound is ours, and off unless chosen
      data: { url: new URL(`#${seq}`, location.href).href },
    };
    try {
      this.#notification = new Notification(title, options);
      this.#notification.addEventListener("click", this.#clicked);
    } catch {
      navigator.serviceWorker?.ready
        .then((worker) => worker.showNotification(title, options))
        .catch(() => {}); // Android's only way
    }
  }

  #clicked = ({ target }) => {
    target.close();
    window.focus();
    location.hash = new URL(target.data.url).hash;
  };

  async #close() {
    this.#notification?.close();
    this.#notification = null;
    const worker = await navigator.serviceWorker?.getRegistration();
    for (const notification of (await worker?.getNotifications({ tag: this.#tag })) ?? [])
      notification.close();
  }

  /** Where a browser has no locks (plain http) it has no notifications either, and at worst two tabs sound. */
  #alone(work) {
    if (navigator.locks) navigator.locks.request(this.#tag, work);
    else work();
  }
}

function isLookedAt() {
  return !document.hidden && document.hasFocus();
}
