/**
 * Owner links: becoming an owner of the room by one, and the one of a new room. Loaded when
 * somebody opens one or creates a room.
 */
import { gettext } from "../i18n.js";
import { Refusal, refusalText } from "../net/errors.js";
import { Invite } from "../rooms/share.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

/** Become an owner with this key; `notice(text)` says how it ended. */
export async function redeem(key, { moderation, notice }) {
  try {
    await moderation.send("room.claim", { key });
    notice(gettext("You are now an owner of this room."));
  } catch (error) {
    if (error instanceof Refusal) notice(refusalText(error)); // otherwise the page shows why
  }
}

/** Show the two links of a new room. Resolves when the reader has closed the dialog. */
export function showNewRoom({ title, inviteLink, ownerLink }) {
  const dialog = fromTemplate("new-room-links");
  const { name, invite, owner } = partsOf(dialog);
  name.textContent = title;
  fill(invite, inviteLink);
  fill(owner, ownerLink);
  // The link is shown only once: only the button closes the dialog.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.querySelector("[data-chat]").append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
  });
}

function fill(element, link) {
  const within = (name) => element.querySelector(`[data-invite-${name}]`);
  const [field, button, status] = ["field", "button", "status"].map(within);
  new Invite({ field, button, status, link });
}
