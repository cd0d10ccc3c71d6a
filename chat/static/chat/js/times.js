/** Times as people in the reader's place and language say them. Pure. */
import { gettext, locale } from "./i18n.js";

const CLOCK = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const EXACT = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const DAY_AND_CLOCK = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});
const DAY = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "long",
  year: "numeric",
});

export function clock(date) {
  return CLOCK.format(date);
}

export function longDay(date) {
  return DAY_AND_YEAR.format(date);
}

export function exact(date) {
  return EXACT.format(date);
}

/** The time alone where that is enough: "14:05", or "9 Mar, 14:05". */
export function moment(date, now = new Date()) {
  return (dayKey(date) === dayKey(now) ? CLOCK : DAY_AND_CLOCK).format(date);
}

/** A local calendar day, as a key that sorts: "2025-03-09". */
export function dayKey(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayName(date, now = new Date()) {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(date) === dayKey(now)) return gettext("Today");
  if (dayKey(date) === dayKey(yesterday)) return gettext("Yesterday");
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

export function minuteKey(date) {
  return Math.floor(date.getTime() / 60_000);
}

function two(number) {
  return String(number).padStart(2, "0");
}
