/**
 * The page's language, by the names of Django's JavaScript catalog. The catalog stands in the page, so nothing is ever drawn in another
 * language first. English is the key and the fallback, also where there is no document.
 */
const PLURAL_FORMS = ["zero", "one", "two", "few", "many", "other"]; // in the order of the catalogs' lists

/** As in <html lang>: "en", "de" or "ar". */
export const language = globalThis.document?.documentElement.lang || "en";

/** For Intl: the page's language, as the reader's own region has it (en-GB, de-AT). */
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

/** Fills in `%(name)s`. Numbers are written as the reader's language writes them. */
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name],
  );
}

export function number(value) {
  return numbers.format(value);
}

/** For what people chose themselves: a name written from right to left must not turn the rest of the sentence around. */
export function isolate(text) {
  return `\u2068${text}\u2069`;
}
