/** Where people write. Enter sends, Shift+Enter breaks the line. Never disabled. Fires `send` with {body}, and `typing`. */
import { interpolate, ngettext } from "./i18n.js";

const WARN_BELOW = 200; // characters left from which we count down
const SAID_AFTER = 1_000; // ms without a key before the count is read out
const TYPING_EVERY = 3_000; // ms; the server forgets after 5 s

export class Composer extends EventTarget {
  #form;
  #field;
  #counter;
  #said;
  #saying = 0;
  #draft;
  #limit = Infinity;
  #typedAt = 0;

  constructor({ form, field, counter, said, draft }) {
    super();
    this.#form = form;
    this.#field = field;
    this.#counter = counter;
    this.#said = said;
    this.#draft = draft;

    if (field.value === "") field.value = draft.load(); // the browser may have restored something newer
    form.addEventListener("submit", this.#submit);
    field.addEventListener("keydown", this.#keydown);
    field.addEventListener("input", this.#input);
    this.#fit();
  }

  /** The most characters a message may have, as the server counts them. */
  set limit(limit) {
    this.#limit = limit;
    this.#count();
  }

  /** Put a text before the reader, after what they have begun to write; it is theirs to send. */
  offer(text) {
    if (text === "") return;
    this.#field.value = [this.#field.value, text].filter(Boolean).join("\n");
    this.#input();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  #keydown = (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its Enter
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  };

  #submit = (event) => {
    event.preventDefault();
    const body = clean(this.#field.value);
    if (body === "" || lengthOf(body) > this.#limit) {
      this.focus();
      return;
    }
    this.#field.value = "";
    this.#draft.save("");
    this.#typedAt = 0;
    this.#fit();
    this.#count();
    this.focus();
    this.dispatchEvent(new CustomEvent("send", { detail: { body } }));
  };

  #input = () => {
    this.#draft.save(this.#field.value);
    this.#fit();
    this.#count();
    const now = Date.now();
    if (clean(this.#field.value) === "" || now - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = now;
    this.dispatchEvent(new CustomEvent("typing"));
  };

  #count() {
    const left = this.#limit - lengthOf(clean(this.#field.value));
    this.#counter.hidden = left > WARN_BELOW;
    this.#counter.toggleAttribute("data-over", left < 0);
    this.#counter.textContent = room(left);
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => (this.#said.textContent = this.#counter.hidden ? "" : room(left)), SAID_AFTER);
  }

  /** Grow with the text; the style sheet sets the bounds. Browsers with `field-sizing` need no help. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
  }
}

/** What the server would refuse or cut off anyway: outer white space, NUL, halves of surrogate pairs. */
function clean(text) {
  const trimmed = text.replaceAll("\0", "").trim();
  return trimmed.toWellFormed?.() ?? trimmed;
}

function room(left) {
  const count = Math.abs(left);
  if (left < 0) return interpolate(ngettext("%(count)s character too many", "%(count)s characters too many", count), { count });
  return interpolate(ngettext("%(count)s character left", "%(count)s characters left", count), { count });
}

/** In code points, as Python counts. */
function lengthOf(text) {
  return [...text].length;
}
