/** Applies the theme. Not a module: it runs before the first paint, so that nothing flashes. */
(() => {
  const MEDIA = { light: "not all", dark: "all" };
  const { storageKey } = document.currentScript.dataset;
  const dark = document.querySelectorAll("[data-dark]"); // the sheet, and the browser's own bar
  const bySystem = document.querySelector("link[data-dark]").media;

  function apply(theme) {
    for (const element of dark) element.media = MEDIA[theme] ?? bySystem;
  }

  try {
    apply(localStorage.getItem(storageKey));
  } catch {
    // Blocked storage remembers no choice.
  }
  addEventListener("storage", ({ key, newValue }) => key === storageKey && apply(newValue));
  addEventListener("theme", ({ detail }) => apply(detail.theme));
})();
