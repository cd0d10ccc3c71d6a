/** A short notice above the composer, with a button for what can be done about it. */
import { fromTemplate, hide, partsOf } from "./dom.js";

const SHOWN_TIME = 10_000; // ms
const MAX_SHOWN = 3; // the oldest one makes room

let shown = []; // the oldest first

/** Show `text`, and if there is an `action`, a button of that name that calls `run()`. */
export function toast(text, { action = null, run } = {}) {
  const element = fromTemplate("toast");
  const parts = partsOf(element);
  parts.text.textContent = text;
  parts.action.hidden = action === null;
  parts.action.textContent = action ?? "";
  let timer = 0;
  const remove = () => {
    clearTimeout(timer);
    shown = shown.filter((each) => each !== remove);
    hide(element, { remove: true });
  };
  // Not while somebody is about to press the button.
  const removeLater = () => {
    if (element.matches(":hover, :focus-within")) timer = setTimeout(removeLater, SHOWN_TIME / 2);
    else remove();
  };
  parts.action.addEventListener("click", () => {
    remove();
    run();
  });
  parts.close.addEventListener("click", remove);
  timer = setTimeout(removeLater, SHOWN_TIME);
  for (const oldest of shown.slice(0, 1 - MAX_SHOWN)) oldest();
  shown.push(remove);
  document.querySelector("[data-toasts]").append(element);
}
