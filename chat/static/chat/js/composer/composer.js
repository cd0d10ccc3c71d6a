/** The message field. */
import { ComposerMode, clean, lengthOf, remaining } from "./draft.js";

const WARN_BELOW = 200; // characters left
const ANNOUNCE_AFTER = 1_000; // ms without a key before a screen reader reads the count
const TYPING_EVERY = 3_000; // ms; the server forgets after 5 s
const NOTICE_TIME = 8_000; // ms
// The ids of the line that explains Enter, and of the one that says what is being written.
const HINT = "composer-hint";
const MODE = "composer-mode";

/**
 * Takes over the page's plain form, which posts by itself until then. Enter sends, or makes a new
 * line on touch screens. Never disabled. Fires
 *   send    {body, client_message_id, reply_to_seq}
 *   edit    {item, body}: the new text of a message
 *   empty   {item}: an edit left no text; the edit goes on until `stop`
 *   recall  Arrow up was pressed in the empty field
 *   kept    {body}: it may not be sent now, and stays in the field
 *   typing
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
  #mode;
  #mayPost;
  #typedBefore;
  #touch = matchMedia("(pointer: coarse)");
  #limit = Infinity;
  #typedAt = 0;

  /**
   * `refusal` is the element that says why the plain form was refused, or null; `find(seq)` is the
   * message at `seq` as it stands now, or null; `mayPost()`: may a new message be sent now?
   * `elements` are those of ComposerMode and {field, counter, announcement, notice}.
   */
  constructor({ form, refusal, draft, find, mayPost, ...elements }) {
    super();
    const { field, counter, announcement, notice } = elements;
    this.#form = form;
    this.#field = field;
    this.#counter = counter;
    this.#announcement = announcement;
    this.#notice = notice;
    this.#refusal = refusal;
    this.#draft = draft;
    this.#mayPost = mayPost;
    this.#mode = new ComposerMode({ form, draft, find, ...elements });

    this.#takeOver();
    form.addEventListener("submit", this.#submit);
    field.addEventListener("keydown", this.#keydown);
    field.addEventListener("input", this.#input);
    elements.stop.addEventListener("click", () => this.stop());
    this.#touch.addEventListener("change", () => this.#describe());
    this.#describe();
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

  /** Reply to this message: the next one to be sent has its seq. */
  startReply({ seq }) {
    if (this.#mode.editing) this.stop();
    this.#mode.reply(seq);
    this.#explain();
  }

  /** Edit this message, from `text` on. The text of a new one is kept meanwhile. */
  startEdit(item, text = item.body) {
    this.#edit(item, text);
    this.#explain();
  }

  #edit(item, text) {
    this.#mode.edit(item, this.#field.value);
    this.#mode.save(text);
    this.#fill(text);
  }

  /** End the edit, or else the reply. */
  stop() {
    const kept = this.#mode.end();
    if (kept !== null) this.#fill(kept);
    this.#explain();
  }

  /** End the edit of this message, if that goes on. */
  stopEdit({ author_id, client_message_id: id }) {
    const { editing } = this.#mode;
    if (editing?.client_message_id === id && editing.author_id === author_id) this.stop();
  }

  /** The conversation has changed. */
  refresh() {
    if (this.#mode.isPointless) this.stop();
    this.#mode.refresh();
    const begun = this.#mode.begun();
    if (begun) this.#edit(begun.item, begun.body);
    this.#describe();
  }

  #fill(text) {
    this.#field.value = text;
    this.#fit();
    this.#count();
  }

  #explain() {
    // A reply's line is read with the field, which gets the focus; its words must not stay here.
    this.#announcement.textContent = this.#mode.editing ? this.#mode.text : "";
    this.#describe();
    this.focus();
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

  #describe() {
    this.#field.enterKeyHint = this.#touch.matches ? "enter" : "send";
    const described = new Set(this.#field.getAttribute("aria-describedby")?.split(" "));
    for (const [id, holds] of [
      [HINT, !this.#touch.matches],
      [MODE, this.#mode.text !== ""],
    ])
      if (holds) described.add(id);
      else described.delete(id);
    this.#field.setAttribute("aria-describedby", [...described].join(" "));
  }

  #keydown = (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    // Safari ends a composition before the keydown of its Enter.
    const composing = event.isComposing || event.keyCode === 229;
    if (composing) return;
    if (key === "Escape" && this.#mode.text !== "") {
      event.preventDefault();
      this.stop();
    }
    if (key === "ArrowUp" && this.#field.value === "" && this.#mode.text === "") {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("recall"));
    }
    if (key !== "Enter") return;
    if (!ctrlKey && !metaKey) {
      if (shiftKey || this.#touch.matches) return; // a new line
      if (altKey) this.insert("\n"); // browsers ignore Alt+Enter
    }
    event.preventDefault();
    // Enter may still be held from what it chose in a list or a dialog before.
    if (!altKey && !event.repeat) this.#form.requestSubmit();
  };

  #submit = (event) => {
    event.preventDefault();
    const body = clean(this.#field.value);
    const { editing } = this.#mode;
    if ((body === "" && !editing) || lengthOf(body) > this.#limit) this.focus();
    else if (editing) this.#save(editing, body);
    else if (this.#mayPost()) this.#send(body);
    else this.dispatchEvent(new CustomEvent("kept", { detail: { body } }));
  };

  #save(item, body) {
    if (body === "") {
      this.dispatchEvent(new CustomEvent("empty", { detail: { item } }));
      return;
    }
    this.stop();
    if (body !== item.body) this.dispatchEvent(new CustomEvent("edit", { detail: { item, body } }));
  }

  #send(body) {
    const reply_to_seq = this.#mode.replyTo ?? undefined;
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
    if (reply_to_seq) this.stop();
    const detail = { body, client_message_id, reply_to_seq };
    this.dispatchEvent(new CustomEvent("send", { detail }));
  }

  #input = () => {
    if (this.#mode.editing) this.#mode.save(this.#field.value);
    else this.#draft.save(this.#field.value);
    this.#fit();
    this.#count();
    if (this.#mode.editing) return;
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
