/** Why something that a moderator did failed. Pure. */
import { gettext } from "../i18n.js";
import { Refusal, refusalText } from "../net/errors.js";

/** The reason to show; `isUndo`: undoing was refused, which has reasons of its own. */
export function failureText(error, { isUndo = false } = {}) {
  if (isUndo && error.code === "too_late") return gettext("It is too late to undo this.");
  if (error instanceof Refusal) return refusalText(error);
  return gettext("The server isn't responding. Try again in a moment.");
}
