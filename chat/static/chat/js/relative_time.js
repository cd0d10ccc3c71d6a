/** How long ago something was, in a few words of the reader's language. Pure. */
import { gettext, locale } from "./i18n.js";

const UNITS = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];
const WORDS = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });

export function ago(date, now = new Date()) {
  const seconds = (now - date) / 1_000;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
  return unit ? WORDS.format(-Math.floor(seconds / size), unit) : gettext("now");
}
