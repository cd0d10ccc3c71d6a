import assert from "node:assert/strict";
import { test } from "node:test";

const MODULE = "../../chat/static/chat/js/i18n.js";

/** The module as a page of this language would load it. */
async function page(t, lang, { catalog = null, languages = [lang] } = {}) {
  const data = catalog && { textContent: JSON.stringify(catalog) };
  globalThis.document = { documentElement: { lang }, querySelector: () => data };
  t.after(() => delete globalThis.document);
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  t.after(() =>
    navigator
      ? Object.defineProperty(globalThis, "navigator", navigator)
      : delete globalThis.navigator,
  );
  return import(`${MODULE}?${t.name}`);
}

test("without a document everything is English", async () => {
  const { gettext, interpolate, language, ngettext } = await import(MODULE);

  assert.equal(language, "en");
  assert.equal(gettext("Hello"), "Hello");
  assert.deepEqual(
    [0, 1, 2].map((count) => ngettext("one", "many", count)),
    ["many", "one", "many"],
  );
  assert.equal(interpolate("%(name)s: %(count)s", { name: "$&", count: 1 }), "$&: 1");
});

test("a text without a translation stays English", async (t) => {
  const { gettext, ngettext } = await page(t, "ar", { catalog: { Hello: "مرحبا" } });

  assert.equal(gettext("Hello"), "مرحبا");
  assert.equal(gettext("toString"), "toString");
  assert.equal(ngettext("one", "many", 1), "one");
});

test("numbers are formatted for the reader's region, if the language is the page's", async (t) => {
  const swiss = await page(t, "de", { languages: ["fr", "de-CH", "de"] });
  assert.equal(swiss.locale, "de-CH");
  assert.match(swiss.interpolate("%(count)s", { count: 12_345 }), /^12['’]345$/);
});

test("a reader of another language gets the page's number format", async (t) => {
  const { locale, number } = await page(t, "de", { languages: ["fr", "en"] });
  assert.equal(locale, "de");
  assert.equal(number(12_345), "12.345");
});
