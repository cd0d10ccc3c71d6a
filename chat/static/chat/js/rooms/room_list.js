/** The panel of rooms: the list, and the form for a new room. */
import { ago, exact, gettext, interpolate, isolate, ngettext, number, roomTitle } from "../i18n.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

const MAX_SHOWN = 99;

/** The rooms as links. Fires `forget` {slug}. */
export class RoomList extends EventTarget {
  #list;
  #unread;
  #unreadText;
  #addressOf;
  #rows = new Map();

  /**
   * `unread` and `unreadText` are on the panel's button: a number, and a text for screen readers.
   */
  constructor({ list, unread, unreadText, addressOf }) {
    super();
    this.#list = list;
    this.#unread = unread;
    this.#unreadText = unreadText;
    this.#addressOf = addressOf;
  }

  draw(rooms) {
    for (const [slug, { row }] of this.#rows) {
      if (rooms.some((room) => room.slug === slug)) continue;
      this.#keepFocus(row);
      row.remove();
      this.#rows.delete(slug);
    }
    for (const [index, room] of rooms.entries()) {
      const { row, parts } = this.#row(room.slug);
      this.#fill(parts, room);
      const next = this.#list.children[index] ?? null;
      if (next !== row) this.#list.insertBefore(row, next);
    }
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
    parts.words.textContent = unreadText(unread);
  }

  #drawTotal(unread) {
    this.#unread.hidden = unread === 0;
    this.#unread.textContent = shown(unread);
    this.#unreadText.textContent = unreadText(unread);
  }

  /** Move the focus to the next room when the focused one is removed. */
  #keepFocus(row) {
    if (!row.contains(document.activeElement)) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    next?.querySelector("a").focus();
  }
}

function shown(unread) {
  if (unread === 0) return "";
  return unread > MAX_SHOWN ? `${number(MAX_SHOWN)}+` : number(unread);
}

function unreadText(unread) {
  if (unread === 0) return "";
  return interpolate(ngettext("%(count)s unread message", "%(count)s unread messages", unread), {
    count: unread,
  });
}

/** The form that creates a room. Without JavaScript the server answers it with a page. */
export class NewRoomForm {
  #form;
  #parts;
  #origin;

  /** `parts`: {title, error, taken, link, name}. Links for others begin with `origin`. */
  constructor({ form, parts, origin }) {
    this.#form = form;
    this.#origin = origin;
    this.#parts = parts;
    form.addEventListener("submit", this.#submit);
    parts.title.addEventListener("input", () => this.#showError(""));
  }

  #submit = async (event) => {
    event.preventDefault();
    this.#showError("");
    let answer;
    let showNewRoom;
    try {
      // First, since the owner link comes only once.
      ({ showNewRoom } = await import("../moderation/owner_link.js"));
      const headers = { Accept: "application/json" };
      const response = await fetch(this.#form.action, {
        method: "POST",
        headers,
        body: new FormData(this.#form),
      });
      if (response.status !== 403) answer = await response.json();
      else answer = { detail: gettext("Allow cookies for this site, then reload the page.") };
    } catch {
      this.#showError(gettext("The server isn't responding. Try again in a moment."));
      return;
    }
    if (answer.is_new) {
      if (answer.owner_url) await showNewRoom(this.#linksOf(answer));
      location.assign(answer.url);
    } else if (answer.url) this.#offer(answer);
    else this.#showError(answer.detail);
  };

  #linksOf({ title, url, owner_url }) {
    const { href: inviteLink } = new URL(url, this.#origin);
    const { href: ownerLink } = new URL(owner_url, this.#origin);
    return { title, inviteLink, ownerLink };
  }

  #showError(text) {
    this.#parts.error.textContent = text;
    this.#parts.taken.hidden = true;
    this.#parts.title.setAttribute("aria-invalid", String(text !== ""));
  }

  #offer({ title, url }) {
    this.#showError(gettext("That name is taken."));
    this.#parts.name.textContent = title;
    this.#parts.link.href = url;
    this.#parts.taken.hidden = false;
  }
}
