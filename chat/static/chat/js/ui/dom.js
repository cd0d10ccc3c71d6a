/** Hides what a reader may have just pressed. */
import { part } from "../page.js";

/** Takes `element` away, or just out of sight; where it had the focus the conversation has it next, and not nothing. */
export function hide(element, { remove = false } = {}) {
  if (element.contains(document.activeElement)) part("stream").focus({ preventScroll: true });
  if (remove) element.remove();
  else element.hidden = true;
}
