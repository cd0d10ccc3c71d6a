/** The message field, its draft, and text that another app shared. */
import { interpolate, ngettext } from "../i18n.js";

const WARN_BELOW = 200; // characters left
const ANNOUNCE_AFTER = 1_000; // ms without a key before a screen reader reads the count
const TYPING_EVERY = 3_000; // ms; the server forgets after 5 s
const NOTICE_TIME = 8_000; // ms
const HINT = "composer-hint"; // the id of the line that explains Enter

/**
 * Takes over the page's plain form, which posts by itself until then. Enter sends, or makes a new
 * line on touch screens. Never disabled. Fires `send` {body, client_message_id} and `typing`.
 */
export class Composer extends EventTarget {
  #form;
  #field;
  #counter;
  #announcement;
  #announceTimer = 0;
  #notice;
  #noticeTimer = 0;
  #refusal;
  #draft;
  #typedBefore;
  #touch = matchMedia("(pointer: coarse)");
  #limit = Infinity;
  #typedAt = 0;

  /** `refusal` is the element that says why the plain form was refused, or null. */
  constructor({ form, field, counter, announcement, notice, refusal, draft }) {
    super();
    this.#form = form;
    this.#field = field;
    this.#counter = counter;
    this.#announcement = announcement;
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

  /** The maximum length of a message, in code points. */
  set limit(limit) {
    this.#limit = limit;
    this.#count();
  }

  /** Append a text to the field, without sending it. */
  append(text) {
    if (text === "") return;
    this.#field.value = [this.#field.value, text].filter(Boolean).join("\n");
    this.#input();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  /** Insert `text` at the cursor. */
  insert(text) {
    this.focus();
    const { selectionStart, selectionEnd } = this.#field;
    this.#field.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Show a text above the field for a while. */
  notice(text) {
    this.#notice.textContent = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.#notice.textContent = ""), NOTICE_TIME);
  }

  /**
   * Keep text that was typed before this module ran, or restored by the browser, after the draft.
   * The plain form may already be posting it, so it is sent under the form's id. Any other text
   * gets a new id, because a cached page has an old one.
   */
  #takeOver() {
    const typed = this.#field.value;
    const id = this.#form.elements.client_message_id.value;
    this.#typedBefore = { body: clean(typed), id };
    const value = joined(this.#draft.load(), typed);
    if (value !== typed) this.#field.value = value;
    if (clean(typed) !== "") this.#draft.save(value, { form: id });
    this.#form.noValidate = true; // no "fill out this field" for Enter in an empty field
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
    // Safari ends a composition before the keydown of its Enter.
    const composing = event.isComposing || event.keyCode === 229;
    if (key !== "Enter" || composing) return;
    if (!ctrlKey && !metaKey) {
      if (shiftKey || this.#touch.matches) return; // a new line
      if (altKey) this.insert("\n"); // browsers ignore Alt+Enter
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
    this.#counter.textContent = remaining(left);
    clearTimeout(this.#announceTimer);
    this.#announceTimer = setTimeout(
      () => (this.#announcement.textContent = this.#counter.hidden ? "" : remaining(left)),
      ANNOUNCE_AFTER,
    );
  }

  /**
   * Grow with the text where the browser has no `field-sizing`; the style sheet sets the limits.
   */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
  }
}

/** The draft, then the typed text, unless that continues the draft. */
function joined(draft, typed) {
  return typed.startsWith(draft)
    ? typed
    : [draft, typed].filter((text) => clean(text) !== "").join("\n");
}

/** Without what the server would strip or refuse: outer white space, NUL, lone surrogates. */
function clean(text) {
  return text.replaceAll("\0", "").trim().toWellFormed();
}

function remaining(left) {
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

/** The length in code points, as Python counts. */
function lengthOf(text) {
  return [...text].length;
}

/** The draft of a room, kept across reloads and shared by tabs: the last one written wins. */
export class Draft {
  #storage;
  #key;
  #posted;
  #own = ""; // what this tab saved last

  /** `posted(id)` is the text that the plain form with this id posted, if it is on the page. */
  constructor({ storage, key, posted }) {
    this.#storage = storage;
    this.#key = key;
    this.#posted = posted;
  }

  load() {
    this.#own = this.#storage.get(this.#key) ?? "";
    const form = this.#storage.get(this.#formKey);
    if (form !== null && this.#posted(form) === this.#own.trim()) this.save("");
    return this.#own;
  }

  /** `form` is the id of the plain form, if that may be posting the text right now. */
  save(text, { form = null } = {}) {
    if (text !== "") this.#storage.set(this.#key, text);
    else if (this.#storage.get(this.#key) === this.#own) this.#storage.remove(this.#key);
    // Otherwise the draft is another tab's.
    if (form !== null) this.#storage.set(this.#formKey, form);
    else this.#storage.remove(this.#formKey);
    this.#own = text;
  }

  get #formKey() {
    return `${this.#key}form`;
  }
}

/**
 * The text that another app shared with the installed chat (the manifest's share_target). It is
 * removed from the address, so that a reload does not find it again.
 */
export function takeSharedText() {
  const text = sharedText(location.search);
  if (text !== "") history.replaceState(history.state, "", location.pathname + location.hash);
  return text;
}

export function sharedText(search) {
  const given = new URLSearchParams(search);
  const [url, text, title] = ["url", "text", "title"].map((name) => given.get(name)?.trim() ?? "");
  const texts = [title, text].filter(
    (part, index, all) => part !== "" && all.indexOf(part) === index,
  );
  return [...texts, ...(url === "" || text.includes(url) ? [] : [url])].join("\n");
}
