/** A room's title as this page's reader calls it: on the wire the lobby's own is English, until somebody gives it another. Pure. */
import { gettext } from "../i18n.js";

const UNNAMED_LOBBY = "Lobby";

export function roomTitle({ slug, title }) {
  return slug === "lobby" && title === UNNAMED_LOBBY ? gettext("Lobby") : title;
}
