/** Builds what stands around a room's conversation: the other rooms, bringing someone in, appearance, and what went wrong at the door. */
import { Drawer } from "./ui/drawer.js";
import { Invite } from "./rooms/invite.js";
import { Menu } from "./ui/menu.js";
import { NewRoom } from "./rooms/new_room.js";
import { config, keyIn, part, parts, siteKey, storage } from "./page.js";
import { Rooms } from "./rooms/rooms.js";
import { ShareDialog } from "./rooms/share_dialog.js";
import { ThemeSwitch } from "./ui/theme_switch.js";
import { ConnectionHelp } from "./ui/connection_help.js";

/** Returns those parts that the conversation tells of what happens. `actions` are those of the menu. */
export function buildSurroundings({ connection, actions }) {
  const link = (config.invite_origin || location.origin) + location.pathname;
  const about = part("about-dialog");
  about.addEventListener("click", ({ target }) => target === about && about.close()); // its backdrop
  new Menu({ menu: part("menu"), actions: { ...actions, about: () => about.showModal() } });
  new ThemeSwitch({ choices: part("theme"), storage, key: siteKey("theme") });
  new Drawer({ panel: part("people"), wide: "(min-width: 60rem)" });
  new Drawer({ panel: part("rooms"), wide: "(min-width: 80rem)" });
  new NewRoom({
    form: part("new-room"),
    parts: parts(
      "new-room-title",
      "new-room-error",
      "new-room-taken",
      "new-room-link",
      "new-room-name",
    ),
  });
  new ShareDialog({
    dialog: part("share-dialog"),
    code: part("share-code"),
    send: part("share-send"),
    codeUrl: config.qr_url,
    link,
    openers: document.querySelectorAll("[data-share-opener]"),
    fallback: document.querySelector("[popovertarget=people]"),
  });
  document.querySelectorAll("[data-invite]").forEach((element) => {
    const within = (name) => element.querySelector(`[data-invite-${name}]`);
    new Invite({ field: within("field"), button: within("button"), said: within("said"), link });
  });
  const rooms = new Rooms({
    panel: part("rooms"),
    ...parts("rooms-list", "rooms-unread", "rooms-unread-text"),
    url: config.rooms_url,
    current: config.room.slug,
    lobby: config.lobby,
    storage,
    recentKey: siteKey("rooms"),
    markerKey: (slug) => keyIn(slug, "read"),
    addressOf: (slug) =>
      slug === config.lobby.slug ? config.lobby.url : config.room_url.replace("SLUG", slug),
    isConnected: () => connection.connected,
  });
  const trouble = new ConnectionHelp({ sections: document.querySelectorAll("[data-connection-help]") });
  return { rooms, trouble };
}
