/** What is being written: drafts, replies, edits, and text that another app shared. */
import { gettext, interpolate, isolate, ngettext } from "../i18n.js";
import { excerpt, parse, plainText, renderedText } from "../messages/formatting.js";

const EXCERPT_LENGTH = 200; // characters; the style sheet cuts them to one line

/** The draft of a room, kept across reloads and shared by tabs: the last one written wins. */
export class Draft {
  #storage;
  #key;
  #posted;
  #own = ""; // what this tab saved last
  #replyTo;

  /** `posted(id)` is the text of what the plain form with this id posted, as it is rendered. */
  constructor({ storage, key, posted }) {
    this.#storage = storage;
    this.#key = key;
    this.#posted = posted;
    this.#replyTo = Number(storage.get(this.#replyKey)) || null;
  }

  load() {
    this.#own = this.#storage.get(this.#key) ?? "";
    const form = this.#storage.get(this.#formKey);
    const rendered = renderedText(parse(this.#own.trim()));
    if (form !== null && this.#posted(form) === rendered) this.save("");
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

  /** The seq of the message that the draft replies to, or null. */
  get replyTo() {
    return this.#replyTo;
  }

  set replyTo(seq) {
    const stored = this.#storage.get(this.#replyKey);
    if (seq !== null) this.#storage.set(this.#replyKey, String(seq));
    else if (stored === String(this.#replyTo)) this.#storage.remove(this.#replyKey);
    this.#replyTo = seq;
  }

  /** The edit that was begun: {seq, client_message_id, body}, or null. */
  get edit() {
    try {
      return JSON.parse(this.#storage.get(this.#editKey));
    } catch {
      return null; // damaged
    }
  }

  set edit(edit) {
    if (edit === null) this.#storage.remove(this.#editKey);
    else this.#storage.set(this.#editKey, JSON.stringify(edit));
  }

  get #editKey() {
    return `${this.#key}edit`;
  }

  get #replyKey() {
    return `${this.#key}reply`;
  }

  get #formKey() {
    return `${this.#key}form`;
  }
}

/**
 * What the text in the field will be, if not a plain new message: a reply, or a message's new text;
 * and the line that says so. A reply that was begun goes on after an edit.
 */
export class ComposerMode {
  #form;
  #line;
  #text;
  #send;
  #draft;
  #find;
  #editing = null; // {item, kept}: `kept` is the text of the new message
  #begun; // an edit from before a reload, until its message is known
  #shown = null; // what the line says, and of which message

  /**
   * `mode` is the line, `doing` its text, `send` the button; `find(seq)` is a message as it stands
   * now, or null while it is unknown.
   */
  constructor({ form, mode, doing, send, draft, find }) {
    this.#form = form;
    this.#line = mode;
    this.#text = doing;
    this.#send = send;
    this.#draft = draft;
    this.#begun = draft.edit;
    this.#find = find;
    this.refresh();
  }

  /** The message that is being edited, as it was then; or null. */
  get editing() {
    return this.#editing?.item ?? null;
  }

  /** The seq of the message that is replied to, or null. */
  get replyTo() {
    return this.#draft.replyTo;
  }

  reply(seq) {
    this.#draft.replyTo = seq;
    this.refresh();
  }

  /** `kept` is the text to return to afterwards. */
  edit(item, kept) {
    this.#editing = { item, kept: this.#editing?.kept ?? kept };
    this.refresh();
  }

  /** Keep the new text of the message that is being edited, for a reload. */
  save(body) {
    const { seq, client_message_id } = this.editing;
    if (seq !== undefined) this.#draft.edit = { seq, client_message_id, body };
  }

  /** The edit that was begun before a reload, as {item, body}, once its message is known. */
  begun() {
    const { seq, client_message_id, body } = this.#begun ?? {};
    const item = seq && this.#find(seq);
    if (!item) return null;
    this.#begun = null;
    // Its text was deleted, or the log was replaced and the seq is that of another message.
    const isGone = item.deleted_at || item.missing || item.client_message_id !== client_message_id;
    if (isGone) this.#draft.edit = null;
    return isGone || this.#editing ? null : { item, body };
  }

  /** End what the line says: the edit, else the reply. Returns the text to return to, or null. */
  end() {
    const kept = this.#editing?.kept ?? null;
    if (this.#editing) this.#draft.edit = this.#editing = null;
    else this.#draft.replyTo = null;
    this.refresh();
    return kept;
  }

  /** Follow what has happened to the message. */
  refresh() {
    const kind = this.#editing ? "edit" : this.replyTo === null ? null : "reply";
    const item = kind === "reply" ? this.#find(this.replyTo) : this.editing;
    if (kind === this.#shown?.kind && item === this.#shown?.item) return;
    this.#shown = { kind, item };
    this.#line.hidden = kind === null;
    if (kind === null) delete this.#form.dataset.mode;
    else this.#form.dataset.mode = kind;
    this.#send.title = kind === "edit" ? gettext("Save") : gettext("Send");
    this.#send.ariaLabel = this.#send.title;
    this.#text.textContent = kind === "edit" ? editing() : replying(item);
  }

  /** What the line says. */
  get text() {
    return this.#line.hidden ? "" : this.#text.textContent;
  }

  /** Was the message that is being edited deleted meanwhile? */
  get isPointless() {
    const { seq } = this.editing ?? {};
    return seq !== undefined && Boolean(this.#find(seq)?.deleted_at);
  }
}

function editing() {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  return isTouch ? gettext("Editing") : gettext("Editing. Esc cancels");
}

function replying(item) {
  if (!item) return gettext("Replying");
  if (item.missing) return gettext("Replying to a message that is no longer kept");
  if (item.deleted_at) return gettext("Replying to a deleted message");
  return interpolate(gettext("Replying to %(author)s: %(text)s"), {
    author: isolate(item.author_name),
    text: isolate(excerpt(plainText(parse(item.body)), EXCERPT_LENGTH)),
  });
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

/** Without what the server would strip or refuse: outer white space, NUL, lone surrogates. */
export function clean(text) {
  return text.replaceAll("\0", "").trim().toWellFormed();
}

/** How many characters are left, or too many. */
export function remaining(left) {
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
export function lengthOf(text) {
  return [...text].length;
}
