/** The rooms that this browser knows: listed ones and recently visited ones. */
import { savedPosition } from "../model/read_marker.js";
import { oncePerFrame } from "../ui/dom.js";
import { RoomList } from "./room_list.js";

/** Connects the server's list, the recent rooms and the panel. */
export class Rooms {
  #recent;
  #list;
  #feed;
  #listed;
  #order;
  #draw;

  /**
   * `lobby` is {slug, title}, `current` a slug; `markerKey(slug)` is the storage key of a room's
   * read marker; `isConnected()` says whether the server can be asked.
   */
  constructor({
    panel,
    list,
    unread,
    unreadText,
    url,
    current,
    lobby,
    storage,
    recentKey,
    markerKey,
    addressOf,
    isConnected,
  }) {
    this.#recent = new RecentRooms({ storage, key: recentKey });
    this.#list = new RoomList({ list, unread, unreadText, addressOf });
    const positionOf = (slug) => savedPosition(storage, markerKey(slug));
    this.#feed = new RoomsFeed({
      url,
      slugs: () => this.#slugs(current),
      positionOf,
      isConnected,
      isOpen: () => panel.checkVisibility(),
    });
    this.#listed = [{ ...lobby, is_listed: true }]; // until the server answers
    this.#order = {
      current,
      lobby: lobby.slug,
      positionOf,
    };

    const draw = oncePerFrame(() =>
      this.#list.draw(
        orderedRooms({ listed: this.#listed, recent: this.#recent.all, ...this.#order }),
      ),
    );
    this.#draw = draw;
    this.#recent.addEventListener("change", draw);
    addEventListener("storage", draw); // another tab reads, enters or removes a room
    this.#feed.addEventListener("rooms", ({ detail: { rooms } }) => {
      this.#listed = rooms;
      draw();
    });
    this.#list.addEventListener("forget", ({ detail: { slug } }) => {
      storage.remove(markerKey(slug));
      this.#recent.forget(slug);
    });

    panel.addEventListener("toggle", ({ newState }) => newState === "open" && this.#feed.refresh());
    document.addEventListener("visibilitychange", () => document.hidden || this.#feed.refresh());
    addEventListener("focus", () => this.#feed.refresh());
    draw();
  }

  /** Call at a welcome, with the room's current title. */
  enter({ slug, title }) {
    this.#recent.visit({ slug, title });
    this.#feed.refresh();
  }

  /** The number of people in this room, which is known before the list has it. */
  count(people) {
    this.#order.here = people;
    this.#draw();
  }

  #slugs(current) {
    return [...new Set([current, ...this.#recent.all.map(({ slug }) => slug)])];
  }
}

const MIN_INTERVAL = 5_000; // ms between two requests
const VISIBLE_INTERVAL = 30_000; // ms, while the list is visible
const HIDDEN_INTERVAL = 120_000; // ms, for the number on its button
const JITTER = 0.2; // so that pages do not ask in step
const MAX_SLUGS = 100; // rooms in a request; views/rooms.py refuses more

/** Polls the server's list of rooms while the page is visible. Fires `rooms` {rooms}. */
export class RoomsFeed extends EventTarget {
  #url;
  #slugs;
  #positionOf;
  #isConnected;
  #isOpen;
  #askedAt = -Infinity;
  #asking = false;
  #timer = 0;
  #dueAt = 0;

  /**
   * `slugs()` are the rooms to ask for, `positionOf(slug)` is as for orderedRooms, `isOpen()` says
   * whether the list is visible.
   */
  constructor({ url, slugs, positionOf, isConnected, isOpen }) {
    super();
    this.#url = url;
    this.#slugs = slugs;
    this.#positionOf = positionOf;
    this.#isConnected = isConnected;
    this.#isOpen = isOpen;
  }

  /** Ask soon. */
  refresh() {
    this.#askBy(this.#askedAt + MIN_INTERVAL);
  }

  /** Ask at `time` or earlier. */
  #askBy(time) {
    if (this.#timer && this.#dueAt <= time) return;
    clearTimeout(this.#timer);
    this.#dueAt = time;
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, time - Date.now()));
  }

  async #ask() {
    this.#timer = 0;
    const rest =
      (this.#isOpen() ? VISIBLE_INTERVAL : HIDDEN_INTERVAL) * (1 + JITTER * Math.random());
    if (!document.hidden && this.#isConnected() && !this.#asking) {
      this.#asking = true;
      this.#askedAt = Date.now();
      await this.#fetch().catch(() => {}); // the list stays as it is
      this.#asking = false;
    }
    this.#askBy(Date.now() + rest);
  }

  async #fetch() {
    const query = new URLSearchParams(
      this.#slugs()
        .slice(0, MAX_SLUGS)
        .flatMap((slug) => [
          ["slug", slug],
          ["after", this.#positionOf(slug)?.seq ?? ""],
        ]),
    );
    const response = await fetch(`${this.#url}?${query}`, {
      headers: { Accept: "application/json" },
    });
    if (!response.ok) return;
    const { rooms } = await response.json();
    this.dispatchEvent(new CustomEvent("rooms", { detail: { rooms } }));
  }
}

const MAX_RECENT = 50;

/** The rooms visited in this browser, the last one first. Fires `change`. Pure. */
export class RecentRooms extends EventTarget {
  #storage;
  #key;

  constructor({ storage, key }) {
    super();
    this.#storage = storage;
    this.#key = key;
  }

  /** [{slug, title, visited_at}] */
  get all() {
    try {
      const rooms = JSON.parse(this.#storage.get(this.#key)) ?? [];
      return rooms.filter(
        (room) => typeof room?.slug === "string" && typeof room.title === "string",
      );
    } catch {
      return []; // damaged, or of another version
    }
  }

  visit({ slug, title }, now = Date.now()) {
    this.#save([{ slug, title, visited_at: now }, ...this.#without(slug)].slice(0, MAX_RECENT));
  }

  forget(slug) {
    this.#save(this.#without(slug));
  }

  #without(slug) {
    return this.all.filter((room) => room.slug !== slug);
  }

  #save(rooms) {
    this.#storage.set(this.#key, JSON.stringify(rooms));
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/**
 * The rooms to show, with their unread counts: the lobby first, then by the latest message.
 * `listed` is the server's list, `recent` the visited rooms, `positionOf(slug)` the saved position
 * {epoch, seq} or null, `here` the number of people in the current room, if known. Pure.
 */
export function orderedRooms({ listed, recent, current, lobby, positionOf, here }) {
  const rooms = new Map(recent.map((room) => [room.slug, { ...room, is_listed: false }]));
  for (const room of listed) {
    if (room.is_listed || rooms.has(room.slug))
      rooms.set(room.slug, { ...rooms.get(room.slug), ...room });
  }
  return [...rooms.values()]
    .map((room) => {
      if (room.slug === current)
        return { ...room, current: true, unread: 0, people: here ?? room.people };
      return { ...room, current: false, unread: unreadIn(room, positionOf(room.slug)) };
    })
    .sort(
      (a, b) =>
        (b.slug === lobby) - (a.slug === lobby) ||
        postedAt(b) - postedAt(a) ||
        (b.visited_at ?? 0) - (a.visited_at ?? 0),
    );
}

/**
 * The number of unread messages: none where the reader has not read this log before. The server's
 * number is from when it was asked; the reader may have read on since. One of the previous release
 * sends none, and has nothing but messages in its log.
 */
function unreadIn({ epoch, last_seq, unread }, position) {
  if (position === null || position.epoch !== epoch) return 0;
  return Math.max(0, Math.min(unread ?? Infinity, last_seq - position.seq));
}

function postedAt({ last_posted_at }) {
  return last_posted_at ? Date.parse(last_posted_at) : 0;
}
