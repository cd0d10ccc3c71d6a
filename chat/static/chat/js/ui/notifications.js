/** Notifications of messages that arrive while nobody looks at the room. */
import { gettext, interpolate, isolate, ngettext } from "../i18n.js";
import { excerpt, parse, plainText } from "../messages/formatting.js";
import { Chime, NotificationPreference, NotificationSettings } from "./notification_settings.js";

const GATHER = 500; // ms to collect messages, and for the visible tab to mark them read
const MIN_INTERVAL = 3_000; // ms between two notifications
const RENOTIFY_AFTER = 60_000; // ms after which a replaced notification alerts again
const MAX_BODY = 200; // characters of a message
const PATIENCE = 10_000; // ms to find out whether a message is for the reader

/**
 * Shows one notification per room, which the next one replaces, and plays a sound. All tabs of this
 * browser together notify once.
 */
export class Notifications {
  #title;
  #tag;
  #icon;
  #preference;
  #ledger;
  #cursor;
  #isForMe;
  #dialog;
  #chime = new Chime();
  #waiting = []; // {message, until}
  #timer = 0;
  #shownAt = -RENOTIFY_AFTER;
  #notification = null;

  /**
   * `parts` are those of NotificationSettings; `title()` is the room's title, `cursor()` that of
   * the timeline; `isForMe(message)` says whether a message mentions the reader or replies to
   * them, or null while that is not known.
   */
  constructor({ parts, storage, key, title, icon, cursor, isForMe }) {
    this.#title = title;
    this.#tag = key;
    this.#icon = icon;
    this.#preference = new NotificationPreference({ storage, key: `${key}choice` });
    this.#ledger = new NotificationLedger({ storage, key: `${key}told` });
    this.#cursor = cursor;
    this.#isForMe = isForMe;
    this.#dialog = new NotificationSettings({
      ...parts,
      preference: this.#preference,
      chime: this.#chime,
    });
    addEventListener("focus", this.#markRead);
    document.addEventListener("visibilitychange", this.#markRead);
    addEventListener("storage", (event) => this.#ledger.isReadElsewhere(event) && this.#close());
  }

  openSettings() {
    this.#dialog.open();
  }

  notify(messages) {
    if (isInView()) this.#markRead();
    const until = performance.now() + PATIENCE;
    this.#waiting.push(...messages.map((message) => ({ message, until })));
    this.#schedule();
  }

  /** Show nothing of messages that were deleted: `isGone({seq, author_id})`. */
  forget(isGone) {
    this.#waiting = this.#waiting.filter(({ message }) => !isGone(message));
    this.#close(({ data }) => isGone(data));
  }

  #schedule() {
    if (this.#waiting.length === 0) return;
    const since = performance.now() - this.#shownAt;
    this.#timer ||= setTimeout(this.#showWaiting, Math.max(GATHER, MIN_INTERVAL - since));
  }

  #showWaiting = () => {
    this.#timer = 0;
    const wanted = this.#preference.wanted(this.#takeDecided(), this.#isForMe);
    if (wanted.length > 0 && !isInView()) this.#withLock(() => this.#show(wanted));
    this.#schedule();
  };

  /**
   * Those before the first one of which it is not known yet whether to notify: the tabs remember
   * only up to which message they have notified.
   */
  #takeDecided() {
    const now = performance.now();
    const matters = this.#preference.about === "mentions";
    const isOpen = ({ message, until }) => now < until && this.#isForMe(message) === null;
    const end = matters ? this.#waiting.findIndex(isOpen) : -1;
    const count = end < 0 ? this.#waiting.length : end;
    return this.#waiting.splice(0, count).map(({ message }) => message);
  }

  #markRead = () => {
    const cursor = this.#cursor();
    if (!isInView() || !cursor || this.#preference.about === "nothing") return;
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

  #notify({ seq, author_id, author_name, body }, count) {
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
    const text = excerpt(plainText(parse(body)), MAX_BODY);
    const options = {
      body: count === 1 ? text : `${isolate(author_name)}: ${text}`,
      icon: this.#icon,
      tag: this.#tag,
      renotify: performance.now() - this.#shownAt > RENOTIFY_AFTER,
      silent: true, // the sound is ours
      data: { seq, author_id, url: new URL(`#${seq}`, location.href).href },
    };
    try {
      this.#notification = new Notification(title, options);
      this.#notification.addEventListener("click", this.#clicked);
    } catch {
      navigator.serviceWorker?.ready
        .then((worker) => worker.showNotification(title, options))
        .catch(() => {}); // the only way on Android
    }
  }

  #clicked = ({ target }) => {
    target.close();
    window.focus();
    location.hash = new URL(target.data.url).hash;
  };

  async #close(which = () => true) {
    if (this.#notification && which(this.#notification)) {
      this.#notification.close();
      this.#notification = null;
    }
    const worker = await navigator.serviceWorker?.getRegistration();
    for (const notification of (await worker?.getNotifications({ tag: this.#tag })) ?? [])
      if (which(notification)) notification.close();
  }

  /** One tab at a time. Without locks (plain http) there are no notifications, only sounds. */
  #withLock(work) {
    if (navigator.locks) navigator.locks.request(this.#tag, work);
    else work();
  }
}

function isInView() {
  return !document.hidden && document.hasFocus();
}

/**
 * Up to which message the tabs of this browser have notified the reader, and the number of messages
 * since the reader last looked. Shared through storage. Pure.
 */
export class NotificationLedger {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  /**
   * Mark `messages` as notified. Returns {fresh, count}: those not notified before, and the total.
   */
  take(messages, epoch) {
    const { seq, count } = this.#load(epoch);
    const fresh = messages.filter((message) => message.seq > seq);
    if (fresh.length > 0) this.#save({ epoch, seq: fresh.at(-1).seq, count: count + fresh.length });
    return { fresh, count: count + fresh.length };
  }

  /** The reader has seen everything up to `seq`. */
  markRead({ epoch, seq }) {
    const saved = this.#load(epoch);
    if (saved.seq < seq || saved.count > 0)
      this.#save({ epoch, seq: Math.max(saved.seq, seq), count: 0 });
  }

  /** Does this `storage` event say that another tab was read? */
  isReadElsewhere({ key, newValue }) {
    return key === this.#key && read(newValue).count === 0;
  }

  #load(epoch) {
    const saved = read(this.#storage.get(this.#key));
    return saved.epoch === epoch ? saved : { seq: 0, count: 0 };
  }

  #save(record) {
    this.#storage.set(this.#key, JSON.stringify(record));
  }
}

function read(json) {
  try {
    const { epoch, seq, count } = JSON.parse(json);
    if (Number.isSafeInteger(seq) && Number.isSafeInteger(count)) return { epoch, seq, count };
  } catch {
    // Not saved yet, or damaged.
  }
  return { epoch: null, seq: 0, count: 0 };
}
