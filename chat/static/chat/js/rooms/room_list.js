/** The rooms in the panel, as links. Fires `forget` {slug}. */
import { gettext, interpolate, isolate, ngettext, number } from "../i18n.js";
import { ago } from "../relative_time.js";
import { roomTitle } from "./room_title.js";
import { fromTemplate, partsOf } from "../ui/templates.js";
import { exact } from "../times.js";

const MOST = 99;

export class RoomList extends EventTarget {
  #list;
  #total;
  #totalWords;
  #addressOf;
  #rows = new Map();

  /** `total` and `totalWords` tell on the panel's button what is unread, to the eye and to the ear. */
  constructor({ list, total, totalWords, addressOf }) {
    super();
    this.#list = list;
    this.#total = total;
    this.#totalWords = totalWords;
    this.#addressOf = addressOf;
  }

  draw(rooms) {
    for (const [slug, { row }] of this.#rows) {
      if (rooms.some((room) => room.slug === slug)) continue;
      this.#keepFocus(row);
      row.remove();
      this.#rows.delete(slug);
    }
    rooms.forEach((room, place) => {
      const { row, parts } = this.#row(room.slug);
      this.#fill(parts, room);
      if (this.#list.children[place] !== row)
        this.#list.insertBefore(row, this.#list.children[place] ?? null);
    });
    this.#drawTotal(rooms.reduce((sum, { unread }) => sum + unread, 0));
  }

  #row(slug) {
    if (!this.#rows.has(slug)) {
      const row = fromTemplate("room");
      const parts = partsOf(row);
      parts.link.href = this.#addressOf(slug);
      parts.forget.addEventListener("click", () =>
        this.dispatchEvent(new CustomEvent("forget", { detail: { slug } })),
      );
      this.#rows.set(slug, { row, parts });
    }
    return this.#rows.get(slug);
  }

  #fill(parts, { slug, title: name, current, unread, people, is_listed, last_posted_at }) {
    const date = last_posted_at && new Date(last_posted_at);
    const title = roomTitle({ slug, title: name });
    parts.title.textContent = title;
    parts.forget.hidden = current || is_listed;
    parts.forget.setAttribute(
      "aria-label",
      interpolate(gettext("Remove %(room)s from the list"), { room: isolate(title) }),
    );
    if (current) parts.link.setAttribute("aria-current", "page");
    else parts.link.removeAttribute("aria-current");
    parts.time.hidden = !date;
    if (date) {
      parts.time.dateTime = last_posted_at;
      parts.time.title = exact(date);
      parts.time.textContent = ago(date);
    }
    parts.people.hidden = !people;
    parts.people.textContent = people
      ? interpolate(ngettext("%(count)s person here", "%(count)s people here", people), {
          count: people,
        })
      : "";
    parts.unread.hidden = unread === 0;
    parts.number.textContent = shown(unread);
    parts.words.textContent = unreadWords(unread);
  }

  #drawTotal(unread) {
    this.#total.hidden = unread === 0;
    this.#total.textContent = shown(unread);
    this.#totalWords.textContent = unreadWords(unread);
  }

  /** Whoever forgets a room by keyboard goes on at the next one. */
  #keepFocus(row) {
    if (!row.contains(document.activeElement)) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    next?.querySelector("a").focus();
  }
}

function shown(unread) {
  if (unread === 0) return "";
  return unread > MOST ? `${number(MOST)}+` : number(unread);
}

function unreadWords(unread) {
  if (unread === 0) return "";
  return interpolate(ngettext("%(count)s unread message", "%(count)s unread messages", unread), {
    count: unread,
  });
}
