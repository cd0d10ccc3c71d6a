/** Whatever is typed or pasted outside a field goes to the composer, and a dropped file does not replace the page. */
import { gettext } from "../i18n.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const LAYERS = "dialog[open], :popover-open";

export class TypingAnywhere {
  #composer;

  constructor({ composer }) {
    this.#composer = composer;
    document.addEventListener("keydown", this.#keydown);
    document.addEventListener("paste", this.#paste);
    document.addEventListener("dragover", this.#drag);
    document.addEventListener("drop", this.#drag);
  }

  /** The character follows this event, so it lands in the field that has the focus by then; so do a dead key's and an input method's. */
  #keydown = (event) => {
    if (!event.defaultPrevented && beginsText(event) && isOutside(event.target))
      this.#composer.focus();
  };

  #paste = (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (text === "" && event.clipboardData.files.length > 0) this.#refuseFiles(event);
    else if (text !== "" && !event.defaultPrevented && isOutside(event.target)) {
      event.preventDefault();
      this.#composer.insert(text);
    }
  };

  #drag = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") this.#refuseFiles(event);
  };

  #refuseFiles(event) {
    event.preventDefault();
    this.#composer.notice(gettext("Files are not supported yet."));
  }
}

/** Space is left to scroll and to press. */
function beginsText(event) {
  const { key, ctrlKey, metaKey, altKey } = event;
  const modified = (ctrlKey || metaKey || altKey) && !event.getModifierState("AltGraph"); // AltGr is Ctrl and Alt on Windows
  return (
    !modified && (([...key].length === 1 && key !== " ") || key === "Dead" || key === "Process")
  );
}

function isOutside(target) {
  return !target.closest?.(FIELDS) && !document.querySelector(LAYERS);
}
