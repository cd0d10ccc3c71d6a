/** Refusals and close codes: as exceptions, and as sentences for the reader. Pure. */
import { gettext, interpolate, language, moment } from "../i18n.js";

/** The server's "no" to one command. `retryInMs` is null when asking again is pointless. */
export class Refusal extends Error {
  constructor({ code, detail, retry_in_ms: retryInMs }) {
    super(detail);
    this.name = "Refusal";
    this.code = code;
    this.detail = detail;
    this.retryInMs = retryInMs ?? null;
  }
}

/** The connection went away before the reply: the command may or may not have been carried out. */
export class ConnectionLost extends Error {
  name = "ConnectionLost";
}

const REFUSALS = {
  bad_key: gettext("This owner link is not valid any more."),
  banned: gettext("A moderator banned you from this room."),
  bad_frame: gettext("The server did not understand this."),
  bad_name: gettext("Names can be up to 32 characters long and contain only visible characters."),
  changed_by_other: gettext("You made this change as someone else."),
  busy: gettext("The server is busy. Your message was not stored yet."),
  declined: gettext("A moderator did not approve this message."),
  muted: gettext("A moderator muted you in this room."),
  not_allowed: gettext("You are not allowed to do this in this room."),
  conflict: gettext("This was already sent with different text."),
  other_author: gettext("You wrote this as someone else. Send anyway?"),
  not_found: gettext("This message does not exist."),
  not_yours: gettext("Only its author can change this message."),
  not_stored: gettext("The server could not store this message."),
  deleted: gettext("This message was deleted."),
  too_fast: gettext("You are sending too fast."),
  too_late: gettext("It is too late to edit this message."),
  too_many: gettext("This message has too many reactions."),
  too_large: gettext("This is too long."),
  unavailable: gettext("The server cannot store or read messages right now."),
};

/**
 * Why something was refused. `code` and `detail` are those of an `error` frame. The server's detail
 * is more precise but English, so other languages get our text. The page's own refusals have no
 * detail. `until` is when the reason ends by itself.
 */
export function refusalText({ code, detail, until }) {
  if (code === "muted" && until)
    return interpolate(gettext("A moderator muted you until %(time)s."), {
      time: moment(new Date(until)),
    });
  return language === "en" ? (detail ?? REFUSALS[code]) : (REFUSALS[code] ?? detail);
}

export const BANNED = 4510; // the close code

// The server's errors.py lists all close codes; only those that readers should know of are here.
const REASONS = new Map([
  [4029, gettext("You are sending too fast.")],
  [4030, gettext("There are too many connections right now.")],
  [4053, gettext("The server cannot reach its database right now.")],
  [4503, gettext("Open the chat at its own address: this one isn't accepted.")],
  [4504, gettext("That room name isn't valid.")],
  [BANNED, gettext("A moderator banned you from this room.")],
]);

/** Does this close code mean "do not reconnect"? 4500 to 4999 do. */
export function staysAway(code) {
  return code >= 4500 && code <= 4999;
}

/** The reason to show for a close code; undefined where there is nothing useful to say. */
export function reasonFor(code) {
  return REASONS.get(code);
}
