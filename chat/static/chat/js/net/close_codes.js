/** What a close code asks of us. The list with its meanings is the server's errors.py; only the reasons people read are here. */
import { gettext } from "../i18n.js";

const REASONS = new Map([
  [4029, gettext("Sent too much too fast.")],
  [4030, gettext("There are too many connections right now.")],
  [4053, gettext("The server cannot reach its messages just now.")],
  [
    4503,
    gettext("This address may not connect to the chat. Open the page at the site's own address."),
  ],
  [4504, gettext("There can be no room of this name.")],
]);

/** 4500 to 4999 mean "do not come back"; everything else is worth another try. */
export function staysAway(code) {
  return code >= 4500 && code <= 4999;
}

/** What to tell people, or undefined when the code says nothing they could use. */
export function reasonFor(code) {
  return REASONS.get(code);
}
