/** How much has come while nobody looked: in the document's title and on its icon. */
import { number } from "../i18n.js";

const MOST = 99;

export class UnreadBadge {
  #icon;
  #plainIcon;
  #plainTitle;
  #unread = 0;

  /** `icon` is the page's `<link rel="icon">`. */
  constructor({ icon }) {
    this.#icon = icon;
    this.#plainIcon = icon.getAttribute("href");
    this.#plainTitle = document.title;
    document.addEventListener("visibilitychange", () => !document.hidden && this.#show(0));
  }

  /** The title without a number. */
  set title(title) {
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
    const shown = unread > MOST ? `${number(MOST)}+` : number(unread);
    document.title = unread > 0 ? `(${shown}) ${this.#plainTitle}` : this.#plainTitle;
    const icon = unread > 0 ? withNumber(shown) : this.#plainIcon;
    if (this.#icon.getAttribute("href") !== icon) this.#icon.href = icon;
  }
}

/** The icon of static/chat/favicon.svg, with a number on it. */
function withNumber(number) {
  const size = number.length > 2 ? 11 : number.length > 1 ? 14 : 18;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <path fill="#0f766e" d="M8 3h16a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-8l-7.3 5.6A1 1 0 0 1 7 28.8V24a6 6 0 0 1-5-6V9a6 6 0 0 1 6-6z"/>
    <circle cx="20" cy="20" r="12" fill="#b91c1c"/>
    <text x="20" y="20" dy=".36em" text-anchor="middle" fill="#fff" font-family="sans-serif" font-weight="700" font-size="${size}">${number}</text>
  </svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
