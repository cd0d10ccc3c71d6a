/**
 * Where people write. It takes over the page's plain form, which posts by itself until then. Enter sends, or makes a new line where
 * people touch the screen; never disabled. Fires `send` with {body, client_message_id}, and `typing`.
 */
import { interpolate, ngettext } from "../i18n.js";

const WARN_BELOW = 200; // characters left from which we count down
const SAID_AFTER = 1_000; // ms without a key before the count is read out
const TYPING_EVERY = 3_000; // ms; the server forgets after 5 s
const NOTICE = 8_000; // ms
const HINT = "composer-hint"; // the id of the line that says what Enter does

export class Composer extends EventTarget {
  #form;
  #field;
  #counter;
  #said;
  #saying = 0;
  #notice;
  #noticeTimer = 0;
  #refusal;
  #draft;
  #typedBefore;
  #touch = matchMedia("(pointer: coarse)");
  #limit = Infinity;
  #typedAt = 0;

  /** `refusal` says why the plain form was not sent; null where it was not refused. */
  constructor({ form, field, counter, said, notice, refusal, draft }) {
    super();
    this.#form = form;
    this.#field = field;
    this.#counter = counter;
    this.#said = said;
    this.#notice = notice;
    this.#refusal = refusal;
    this.#draft = draft;

    this.#takeOver();
    form.addEventListener("submit", this.#submit);
    field.addEventListener("keydown", this.#keydown);
    field.addEventListener("input", this.#input);
    this.#touch.addEventListener("change", () => this.#labelEnter());
    this.#labelEnter();
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

  /** Write `text` where the cursor is. */
  insert(text) {
    this.focus();
    const { selectionStart, selectionEnd } = this.#field;
    this.#field.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Say something above the field for a while. */
  notice(text) {
    this.#notice.textContent = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.#notice.textContent = ""), NOTICE);
  }

  /**
   * The text in the field was typed before this module ran, or restored by the browser: it is kept, after the draft. It may be on its
   * way already, posted by the form, so it goes out under the form's id; any other text does not, since a page from a cache has an old one.
   */
  #takeOver() {
    const typed = this.#field.value;
    const id = this.#form.elements.client_message_id.value;
    this.#typedBefore = { body: clean(typed), id };
    const value = joined(this.#draft.load(), typed);
    if (value !== typed) this.#field.value = value;
    if (clean(typed) !== "") this.#draft.save(value, { form: id });
    this.#form.noValidate = true; // Enter in an empty field says nothing
  }

  #labelEnter() {
    this.#field.enterKeyHint = this.#touch.matches ? "enter" : "send";
    const described = new Set(this.#field.getAttribute("aria-describedby")?.split(" "));
    if (this.#touch.matches) described.delete(HINT);
    else described.add(HINT);
    this.#field.setAttribute("aria-describedby", [...described].join(" "));
  }

  #keydown = (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its Enter
    if (key !== "Enter" || composing) return;
    if (!ctrlKey && !metaKey) {
      if (shiftKey || this.#touch.matches) return; // a new line
      if (altKey) this.insert("\n"); // which browsers do not make by themselves
    }
    event.preventDefault();
    if (!altKey) this.#form.requestSubmit();
  };

  #submit = (event) => {
    event.preventDefault();
    const body = clean(this.#field.value);
    if (body === "" || lengthOf(body) > this.#limit) {
      this.focus();
      return;
    }
    const client_message_id = body === this.#typedBefore.body ? this.#typedBefore.id : undefined;
    this.#typedBefore = { body: "" };
    this.#refusal?.remove();
    this.#field.removeAttribute("aria-invalid");
    this.#field.value = "";
    this.#draft.save("");
    this.#typedAt = 0;
    this.#fit();
    this.#count();
    this.focus();
    this.dispatchEvent(new CustomEvent("send", { detail: { body, client_message_id } }));
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
    this.#saying = setTimeout(
      () => (this.#said.textContent = this.#counter.hidden ? "" : room(left)),
      SAID_AFTER,
    );
  }

  /** Grow with the text; the style sheet sets the bounds. Browsers with `field-sizing` need no help. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
  }
}

/** What was typed comes last, where the cursor stays; a draft that it goes on from is in it already. */
function joined(draft, typed) {
  return typed.startsWith(draft)
    ? typed
    : [draft, typed].filter((text) => clean(text) !== "").join("\n");
}

/** What the server would refuse or cut off anyway: outer white space, NUL, halves of surrogate pairs. */
function clean(text) {
  const trimmed = text.replaceAll("\0", "").trim();
  return trimmed.toWellFormed?.() ?? trimmed;
}

function room(left) {
  const count = Math.abs(left);
  if (left < 0)
    return interpolate(
      ngettext("%(count)s character too many", "%(count)s characters too many", count),
      { count },
    );
  return interpolate(ngettext("%(count)s character left", "%(count)s characters left", count), {
    count,
  });
}

/** In code points, as Python counts. */
function lengthOf(text) {
  return [...text].length;
}
