/**
 * The page's language: texts, numbers, times. The functions have the names of Django's JavaScript
 * catalog. The catalog is part of the page, so nothing is ever shown in another language first.
 * English is the key and the fallback, also without a document. Pure, once loaded.
 */

const PLURAL_FORMS = ["zero", "one", "two", "few", "many", "other"]; // as in the catalogs

/** As in <html lang>: "en", "de" or "ar". */
export const language = globalThis.document?.documentElement.lang || "en";

/** For Intl: the page's language in the reader's own region (en-GB, de-AT). */
export const locale =
  globalThis.navigator?.languages?.find((tag) => tag.split("-")[0] === language) ?? language;

const catalog = JSON.parse(
  globalThis.document?.querySelector("#chat-catalog")?.textContent ?? "{}",
);
const numbers = new Intl.NumberFormat(locale);
const plurals = new Intl.PluralRules(language);
const forms = PLURAL_FORMS.filter((form) =>
  plurals.resolvedOptions().pluralCategories.includes(form),
);

export function gettext(text) {
  return Object.hasOwn(catalog, text) ? catalog[text] : text;
}

export function ngettext(one, many, count) {
  if (Object.hasOwn(catalog, one)) return catalog[one][forms.indexOf(plurals.select(count))];
  return count === 1 ? one : many;
}

/** Fill in `%(name)s`; numbers are formatted for the reader's locale. */
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name],
  );
}

export function number(value) {
  return numbers.format(value);
}

/** Isolate user text: a right-to-left name must not reorder the rest of the sentence. */
export function isolate(text) {
  return `\u2068${text}\u2069`;
}

const UNNAMED_LOBBY = "Lobby"; // its title on the wire, until somebody changes it

/** A room's title in the page's language. */
export function roomTitle({ slug, title }) {
  return slug === "lobby" && title === UNNAMED_LOBBY ? gettext("Lobby") : title;
}

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

/** The time, with the day unless that is today: "14:05", or "9 Mar, 14:05". */
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

const UNITS = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];
const RELATIVE = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });

/** How long ago something was, in a few words. */
export function ago(date, now = new Date()) {
  const seconds = (now - date) / 1_000;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
  return unit ? RELATIVE.format(-Math.floor(seconds / size), unit) : gettext("now");
}
