/** What a refusal's code means to the person who reads it. The wire's `detail` says more, in English: it stands where that is their language. Pure. */
import { gettext, language } from "../i18n.js";

const WORDS = {
  bad_frame: gettext("The server did not understand this."),
  bad_name: gettext(
    "This name cannot be used. It needs 1 to 32 visible characters, without control or direction characters.",
  ),
  busy: gettext("The server is busy. Your message was not stored yet."),
  conflict: gettext("This was already sent with other words."),
  other_author: gettext("You were somebody else when you wrote this. Send it all the same?"),
  not_stored: gettext("The server could not store this message."),
  too_fast: gettext("You are sending too fast."),
  too_large: gettext("This is too long."),
  unavailable: gettext("The server cannot store or read messages right now."),
};

/** `code` and `detail` as in an `error` frame; the page's own refusals have no detail. */
export function refusalText({ code, detail }) {
  return language === "en" ? (detail ?? WORDS[code]) : (WORDS[code] ?? detail);
}
