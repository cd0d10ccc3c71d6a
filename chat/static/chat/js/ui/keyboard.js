/** The keyboard outside the composer: shortcuts, selecting messages, typing, skip links. */
import { gettext } from "../i18n.js";
import { closeOnBackdrop } from "./dom.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const OTHER_FIELDS = "input, textarea:not([data-composer-field]), select, [contenteditable]";
/** What the keys do while a message is selected, by the names of messages/actions.js. */
export const MESSAGE_KEYS = {
  r: "reply",
  e: "edit",
  c: "copy-text",
  "+": "react",
  Delete: "delete",
  Backspace: "delete", // the delete key of a Mac
};
const LAYERS = "dialog[open], :popover-open";

/**
 * Keys that work everywhere, and the dialog that lists them. A character is a shortcut only while a
 * message is selected (WCAG 2.1.4); otherwise it starts a message, see TypingAnywhere. Fires
 * `latest` to go to the latest messages, and `write` to write.
 */
export class Shortcuts extends EventTarget {
  #dialog;

  constructor({ dialog, opener }) {
    super();
    this.#dialog = dialog;
    opener.addEventListener("click", () => this.open());
    closeOnBackdrop(dialog);
    document.addEventListener("keydown", this.#keydown);
  }

  open() {
    this.#dialog.showModal();
  }

  #keydown = (event) => {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
    // Safari ends a composition before the keydown of its Enter.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return;
    if (document.querySelector(LAYERS)) return;

    if (latinKey(event) === "?" && target.matches?.("[data-selected]")) {
      this.open();
    } else if (key === "Escape" && !target.closest?.(OTHER_FIELDS)) {
      this.dispatchEvent(new CustomEvent("latest"));
      this.dispatchEvent(new CustomEvent("write"));
    } else if (key === "End" && !shiftKey && !target.closest?.(FIELDS)) {
      this.dispatchEvent(new CustomEvent("latest"));
    } else {
      return;
    }
    event.preventDefault();
  };
}

/**
 * Selecting messages: Enter selects the lowest visible one, the arrow keys the next ones, Escape
 * goes back. So messages need no tab stops, which would be one for each. Fires `leave` on Escape,
 * and `action` {event, message} for Enter, which opens the menu, and the keys of MESSAGE_KEYS.
 */
export class MessageKeys extends EventTarget {
  #stream;
  #rows;

  constructor({ stream, rows }) {
    super();
    this.#stream = stream;
    this.#rows = rows;
    stream.addEventListener("keydown", this.#keydown);
  }

  #keydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#acts(event)) event.preventDefault();
    if (event.defaultPrevented || event.shiftKey) return;
    const goal =
      event.target === this.#stream
        ? this.#enter(event.key)
        : this.#moveFrom(event.target, event.key);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
    if (goal !== this.#stream) select(goal);
  };

  #acts(event) {
    const { target } = event;
    if (!target.matches("[data-selected]") || event.repeat) return false;
    if (event.key !== "Enter" && !(latinKey(event) in MESSAGE_KEYS)) return false;
    this.dispatchEvent(new CustomEvent("action", { detail: { event, message: target } }));
    return true;
  }

  #enter(key) {
    const { bottom } = this.#stream.getBoundingClientRect();
    return key === "Enter"
      ? this.#messages.findLast((message) => message.getBoundingClientRect().top < bottom)
      : null;
  }

  #moveFrom(message, key) {
    const index = this.#messages.indexOf(message);
    if (index < 0) return null; // a link or a button in a message
    if (key === "Escape") {
      this.dispatchEvent(new CustomEvent("leave"));
      return this.#stream;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    return step ? (this.#messages[index + step] ?? message) : null;
  }

  get #messages() {
    return [...this.#rows.querySelectorAll("article")];
  }
}

/**
 * Only keys select a message: a click focuses it too, but the next key is then no shortcut. It
 * stays selected while a dialog is open, which returns the focus to it.
 */
function select(message) {
  message.dataset.selected = "";
  message.addEventListener("blur", function left() {
    if (document.querySelector(LAYERS)) return;
    delete message.dataset.selected;
    message.removeEventListener("blur", left);
  });
}

/** Text typed or pasted outside a field goes to the composer; files are refused. */
export class TypingAnywhere {
  #composer;

  constructor({ composer }) {
    this.#composer = composer;
    document.addEventListener("keydown", this.#keydown);
    document.addEventListener("paste", this.#paste);
    document.addEventListener("dragover", this.#drag);
    document.addEventListener("drop", this.#drag);
  }

  /** The character is inserted after this event, into the field that has the focus by then. */
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

/** Space scrolls and presses buttons. Dead keys and input methods start text too. */
function beginsText(event) {
  const { key, ctrlKey, metaKey, altKey } = event;
  // AltGr is Ctrl and Alt on Windows.
  const modified = (ctrlKey || metaKey || altKey) && !event.getModifierState("AltGraph");
  return (
    !modified && (([...key].length === 1 && key !== " ") || key === "Dead" || key === "Process")
  );
}

function isOutside(target) {
  return !target.closest?.(FIELDS) && !document.querySelector(LAYERS);
}

/** Skip links that leave the address alone: here its `#` names a message. */
export class SkipLinks {
  constructor({ links }) {
    for (const link of links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.querySelector(link.hash).focus();
      });
    }
  }
}

const LATIN = /^[\p{Script=Latin}\p{Script=Common}]/u;

/** The `key` of a keydown event; on keyboards of other scripts, the Latin letter in its place. */
export function latinKey({ key, code, shiftKey }) {
  if (key === "؟") return "?";
  if (LATIN.test(key) || !code?.startsWith("Key")) return key;
  return shiftKey ? code.slice(3) : code.slice(3).toLowerCase();
}

const MARK_OF = { b: "**", i: "*", e: "`" }; // by the key, with Ctrl or Command
const COMMAND = /^(?:Mac|iP)/.test(globalThis.navigator?.platform) ? "metaKey" : "ctrlKey";

/**
 * What formats the text in the field. Fires `toggle` {mark}, and `paste` {text, html} after several
 * lines were pasted.
 */
export class FormattingKeys extends EventTarget {
  #field;

  constructor({ field }) {
    super();
    this.#field = field;
    field.addEventListener("keydown", this.#keydown);
    document.addEventListener("paste", this.#paste);
  }

  #keydown = (event) => {
    const mark = MARK_OF[latinKey(event)];
    if (!mark || !event[COMMAND] || event.altKey || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("toggle", { detail: { mark } }));
  };

  #paste = ({ clipboardData }) => {
    const [text, html] = ["text/plain", "text/html"].map((type) => clipboardData.getData(type));
    if (!text.includes("\n")) return;
    // The text is inserted after this event.
    setTimeout(() => {
      if (document.activeElement === this.#field)
        this.dispatchEvent(new CustomEvent("paste", { detail: { text, html } }));
    });
  };
}
