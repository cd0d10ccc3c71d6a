/** The list of rooms: ties together what the server says, what this browser remembers, and the panel. */
import { oncePerFrame } from "../ui/once_per_frame.js";
import { savedPosition } from "../model/read_marker.js";
import { RecentRooms } from "./recent_rooms.js";
import { RoomList } from "./room_list.js";
import { orderedRooms } from "./room_order.js";
import { RoomsFeed } from "./rooms_feed.js";

export class Rooms {
  #recent;
  #list;
  #feed;
  #told;
  #order;
  #draw;

  /** `lobby` is its {slug, title}, `current` a slug, `markerKey(slug)` names a reading place in `storage`, `isConnected()` says whether the server answers. */
  constructor({
    panel,
    list,
    total,
    words,
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
    this.#list = new RoomList({ list, total, totalWords: words, addressOf });
    this.#feed = new RoomsFeed({
      url,
      slugs: () => this.#slugs(current),
      mayAsk: isConnected,
      isOpen: () => panel.checkVisibility(),
    });
    this.#told = [{ ...lobby, is_listed: true }]; // until the server tells more
    this.#order = {
      current,
      lobby: lobby.slug,
      positionOf: (slug) => savedPosition(storage, markerKey(slug)),
    };

    const draw = oncePerFrame(() =>
      this.#list.draw(orderedRooms({ told: this.#told, recent: this.#recent.all, ...this.#order })),
    );
    this.#draw = draw;
    this.#recent.addEventListener("change", draw);
    addEventListener("storage", draw); // another tab reads, enters or forgets
    this.#feed.addEventListener("rooms", ({ detail: { rooms } }) => {
      this.#told = rooms;
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

  /** The reader is in this room, under the title that the server says it has. */
  enter({ slug, title }) {
    this.#recent.visit({ slug, title });
    this.#feed.refresh();
  }

  /** So many are in this room, as it knows before the list does. */
  count(people) {
    this.#order.here = people;
    this.#draw();
  }

  #slugs(current) {
    return [...new Set([current, ...this.#recent.all.map(({ slug }) => slug)])];
  }
}
