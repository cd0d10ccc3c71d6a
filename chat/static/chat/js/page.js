/** The page as the server rendered it: its settings, its elements, and its keys in localStorage. */
import { SafeStorage } from "./storage.js";

export const config = JSON.parse(document.querySelector("#chat-config").textContent);
// A message that the plain form could not post is shown at the form's address.
if (location.pathname.endsWith("/say/") && location.pathname !== config.address)
  history.replaceState(history.state, "", config.address);

const OWNER_KEY = "#key=";
let waiting = null;
let redeem = (key) => (waiting = key);
// The address that others may see, copy or store has no key of an owner link for a moment longer.
takeOwnerKey();
addEventListener("hashchange", (event) => takeOwnerKey() && event.stopImmediatePropagation());

/** Call `redeem` with the key of each owner link that is opened. */
export function redeemOwnerKeys(react) {
  redeem = react;
  if (waiting !== null) react(waiting);
  waiting = null;
}

/** Take the key of an owner link out of the address. Was there one? */
function takeOwnerKey() {
  if (!location.hash.startsWith(OWNER_KEY)) return false;
  const key = location.hash.slice(OWNER_KEY.length);
  history.replaceState(history.state, "", location.pathname + location.search);
  redeem(key);
  return true;
}

/** The element with the attribute data-`name`. */
export const part = (name) => document.querySelector(`[data-${name}]`);

/** `parts("name", "open", "form")` is {open, form}: the elements with data-name-open and so on. */
export const parts = (prefix, ...names) =>
  Object.fromEntries(names.map((name) => [name, part(`${prefix}-${name}`)]));

export const storage = new SafeStorage(() => localStorage);
/** The localStorage keys of the site, of a room, and of this room. Stored data depends on them. */
export const siteKey = (name) => `${config.site_storage_key}/${name}`;
export const keyIn = (slug, name) => `${config.site_storage_key}:${slug}/${name}/${slug}/`;
export const key = (name) => keyIn(config.room.slug, name);

/** The text that the plain form with this id posted, if the server rendered it into the page. */
export function postedText(id) {
  const message = part("rendered")?.querySelector(`[data-client-message-id="${CSS.escape(id)}"]`);
  return message?.querySelector(".message__body").textContent;
}

/** The seq of the latest message that the server rendered; 0 if there is none. */
export function newestRendered(rendered = part("rendered")) {
  const { id, dataset } = rendered?.querySelector("article:last-of-type") ?? {};
  return Number((dataset?.seqs ?? id ?? "0").split(" ").at(-1));
}
