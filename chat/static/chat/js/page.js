/** The page as the server wrote it: its settings, where its parts are found, and under which names this browser keeps what belongs to it. */
import { SafeStorage } from "./storage.js";

export const config = JSON.parse(document.querySelector("#chat-config").textContent);
// A message that the form could not post is shown at the form's own address.
if (location.pathname.endsWith("/say/") && location.pathname !== config.address)
  history.replaceState(history.state, "", config.address);

export const part = (name) => document.querySelector(`[data-${name}]`);

/** `parts("name-open", "name-form")` are {open, form}. */
export const parts = (...names) =>
  Object.fromEntries(names.map((name) => [name.split("-").at(-1), part(name)]));

export const storage = new SafeStorage(() => localStorage);
export const siteKey = (name) => `${config.site_storage_key}/${name}`;
export const keyIn = (slug, name) => `${config.site_storage_key}:${slug}/${name}/${slug}/`;
export const key = (name) => keyIn(config.room.slug, name);
