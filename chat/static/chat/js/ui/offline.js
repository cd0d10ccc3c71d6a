/** The page without a server: saved messages, and the service worker. */
import { gettext, interpolate, moment } from "../i18n.js";

const FIRST_WELCOME_TIMEOUT = 4_000; // ms until saved messages are shown

/**
 * Saves the room's latest messages, and shows them, with their age, while no server answers. Fires
 * `shown` with the greeting that was saved with them.
 */
export class OfflineSnapshotView extends EventTarget {
  #note;
  #scroll;
  #snapshots;
  #conversation;
  #connection;
  #newest;

  /**
   * `newest()` is the seq of the latest message that the server rendered into the page; `isKept`
   * says that the page comes from the service worker, which keeps it without messages.
   */
  constructor({ note, scroll, snapshots, conversation, connection, newest, isKept }) {
    super();
    this.#newest = newest;
    this.#note = note;
    this.#scroll = scroll;
    this.#snapshots = snapshots;
    this.#conversation = conversation;
    this.#connection = connection;
    connection.addEventListener("state", () => this.#showIfWaiting());
    connection.addEventListener("welcome", () => this.#setNote(""));
    conversation.addEventListener("change", () => this.#save());
    conversation.addEventListener("deleted", () => snapshots.flush());
    if (isKept) this.#show();
    this.#showIfWaiting();
    this.#save();
    setTimeout(() => this.#show(), FIRST_WELCOME_TIMEOUT);
  }

  #save() {
    if (this.#connection.connected) this.#snapshots.save(() => this.#conversation.snapshot);
  }

  #showIfWaiting() {
    if (this.#connection.state.name === "waiting") this.#show();
  }

  async #show() {
    if (this.#conversation.ready) return;
    const saved = await this.#snapshots.load();
    if (!saved || this.#conversation.ready || this.#newest() > saved.timeline.end) return;
    this.#conversation.restore(saved);
    this.#setNote(
      interpolate(gettext("Last updated %(time)s"), { time: moment(new Date(saved.kept_at)) }),
    );
    this.dispatchEvent(new CustomEvent("shown", { detail: saved.greeting }));
    // Start the attempt again, from where these messages end.
    if (this.#connection.state.name === "connecting") this.#connection.wake();
  }

  #setNote(text) {
    if (this.#note.textContent === text) return;
    this.#scroll.keep(() => {
      this.#note.textContent = text;
      this.#note.hidden = text === "";
    });
  }
}

const MAX_ROOMS = 20;
const WRITE_INTERVAL = 1_000; // ms between two writes

/**
 * Saves the latest messages of rooms, so that they open without a network. They are in the Cache
 * API, not in localStorage, which the outbox needs; without one (plain http) nothing is saved.
 * Snapshots of another build are ignored, since their format may differ.
 */
export class Snapshots {
  #cache;
  #address;
  #build;
  #timer = 0;
  #take = null;
  #written = Promise.resolve(); // one after the other: none may bring back what the next one lacks

  /** `cache` is the cache's name, `address` the room in it. Without a `build` nothing is saved. */
  constructor({ cache, address, build }) {
    this.#cache =
      build && globalThis.caches
        ? () => caches.open(cache)
        : () => Promise.reject(new Error("No cache."));
    this.#address = address;
    this.#build = build;
    addEventListener("pagehide", this.flush);
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
  }

  /** The saved snapshot, with the time `kept_at`; or null. */
  async load() {
    try {
      const response = await (await this.#cache()).match(this.#address);
      const snapshot = await response?.json();
      return snapshot?.build === this.#build ? snapshot : null;
    } catch {
      return null;
    }
  }

  /** Save the result of `take()` soon, unless that is null. */
  save(take) {
    this.#take = take;
    this.#timer ||= setTimeout(this.flush, WRITE_INTERVAL);
  }

  /** Save now what is to be saved soon. */
  flush = () => {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const snapshot = this.#take?.();
    this.#take = null;
    if (!snapshot) return;
    const dated = { ...snapshot, build: this.#build, kept_at: new Date().toISOString() };
    this.#written = this.#written.then(() => this.#write(dated)).catch(() => {}); // full, blocked
  };

  async #write(snapshot) {
    const cache = await this.#cache();
    await cache.delete(this.#address); // reinsert: the latest room comes last
    await cache.put(this.#address, new Response(JSON.stringify(snapshot)));
    const rooms = await cache.keys();
    await Promise.all(rooms.slice(0, -MAX_ROOMS).map((room) => cache.delete(room)));
  }
}

const RELOADED = "reloaded for"; // in sessionStorage
const LATE = 2_500; // ms; a page that came from the server is usually connected before that

/** Registers the service worker. There is none on plain http and in private windows. */
export class ServiceWorkerSetup {
  #url;
  #root;
  #build;
  #connected = false;

  /** `build` identifies the server's version of this page; null if the page must not be cached. */
  constructor({ url, root, build }) {
    this.#url = url;
    this.#root = root;
    this.#build = build;
  }

  /** Register the worker once the page has loaded. */
  install() {
    if (!navigator.serviceWorker) return;
    if (document.readyState === "complete") this.#register();
    else addEventListener("load", () => this.#register(), { once: true });
  }

  /** Call at each welcome: a page that came from the cache may be outdated. */
  connected() {
    const late = !this.#connected && performance.now() > LATE;
    this.#connected = true;
    if (late && navigator.serviceWorker?.controller) this.#reloadIfOutdated();
  }

  async #reloadIfOutdated() {
    try {
      const response = await fetch(this.#url, { cache: "no-store" });
      if (!response.ok || (await response.text()).includes(this.#build)) return;
      // Not twice: during a deployment the servers may differ.
      if (sessionStorage.getItem(RELOADED) === this.#build) return;
      sessionStorage.setItem(RELOADED, this.#build);
    } catch {
      return;
    }
    location.reload();
  }

  async #register() {
    try {
      if (this.#build) await navigator.serviceWorker.register(this.#url, { scope: this.#root });
      // Left over from a time when files had hashes.
      else await (await navigator.serviceWorker.getRegistration(this.#root))?.unregister();
    } catch {
      // The browser allows no worker here.
    }
  }
}
