/** One message on the page. */
import { clock, exact, gettext, interpolate, isolate, ngettext } from "../i18n.js";
import { refusalText } from "../net/errors.js";
import { initialOf, markOf, roleName } from "../people/author.js";
import { fromTemplate, partsOf } from "../ui/dom.js";
import { excerpt, parse, plainText } from "./formatting.js";
import { endsFromRight, isEmojiOnly, nodesOf } from "./message_text.js";
import { Reactions, ReplyQuote } from "./responses.js";

const MAX_LINES = 24; // a longer message is folded; message.css shows 20 lines of it
const SHORT = 500; // characters that fit into that on a phone
const LABEL_LENGTH = 100; // characters of the text in the accessible name
const NONE = [];
const NOT_DONE = {
  post: gettext("Not sent: %(reason)s"),
  edit: gettext("Not edited: %(reason)s"),
  delete: gettext("Not deleted: %(reason)s"),
  react: gettext("Your reaction was not saved: %(reason)s"),
};

export class MessageView {
  element = fromTemplate("message");
  #parts = partsOf(this.element);
  #quote = new ReplyQuote(this.#parts.quote);
  #reactions = new Reactions(this.#parts.reactions);
  #drawn = {};
  #tree = [];
  #lines = 0; // of a long message, when last measured

  /**
   * `namesake`: do several authors use this name? `role` is the author's now, or null. `mentions`
   * is {names, isMe}, see nodesOf.
   * `target` is that of a reply, `toMe` says whether it is the reader's; see responses.js.
   */
  draw(row, { mine, namesake, role, mentions, hues, target, toMe, emojiName }) {
    const { item, introduced, timed, mixed } = row;
    const drawn = this.#drawn;
    hues.apply(this.element, item.author_id);
    this.#quote.draw(item.deleted_at ? undefined : item.reply_to_seq, target, hues);
    this.#reactions.draw(item.reactions ?? NONE, emojiName);
    this.element.toggleAttribute("data-replies-to-me", toMe);
    this.#flags({
      introduced,
      timed,
      mine: mine && !mixed,
      namesake: namesake && !mixed,
      pending: [item, ...row.folded].some(({ pending }) => pending),
      state: item.state ?? "sent",
    });
    if (item.deleted_at) this.#tombstone(row);
    else if (item.body !== drawn.item?.body || drawn.item.deleted_at) this.#body(item, mentions);
    else if (mentions !== drawn.mentions && item.body.includes("@")) this.#text(mentions);
    if (mixed !== drawn.row?.mixed || item !== drawn.item) this.#author(row);
    this.#role(mixed ? null : role);
    this.#drawn = { row, item, mentions, role };
    if (item === drawn.item) return;

    this.#time(item);
    this.#changes(item);
    this.#refusal(item);
    this.element.dataset.clientMessageId = item.client_message_id;
    if (item.seq) this.#link(item);
    if (this.element.hasAttribute("aria-label")) this.label(true); // its words may be gone
  }

  /** What was drawn last. */
  get item() {
    return this.#drawn.item;
  }

  /** Highlight this message if it is the one at `seq`. */
  mark(seq) {
    const { item, folded } = this.#drawn.row;
    const marked = seq !== null && [item, ...folded].some((message) => message.seq === seq);
    if (marked && !this.element.hasAttribute("data-linked")) this.unfold(true);
    this.element.toggleAttribute("data-linked", marked);
  }

  /** Set the accessible name while the message is selected; otherwise it would be read twice. */
  label(selected) {
    if (selected) this.element.setAttribute("aria-label", this.#label());
    else this.element.removeAttribute("aria-label");
  }

  /** See selectedText. */
  get copyable() {
    const { author, body } = this.#parts;
    return { author, body, typed: this.#drawn.item.body };
  }

  get isUnfolded() {
    return this.element.hasAttribute("data-unfolded");
  }

  unfold(unfolded) {
    this.element.toggleAttribute("data-unfolded", unfolded);
    this.#parts.body.scrollTop = 0;
    this.fold();
  }

  get isLong() {
    return this.element.hasAttribute("data-long");
  }

  /** Call for a long message on the page, and after its width changed; then call `fold`. */
  measure() {
    const { body } = this.#parts;
    this.#lines = Math.round(body.scrollHeight / parseFloat(getComputedStyle(body).lineHeight));
  }

  /** Fold the message if it has too many lines, unless the reader unfolded it. */
  fold() {
    const { more } = this.#parts;
    const lines = this.#lines;
    more.hidden = lines <= MAX_LINES;
    this.element.toggleAttribute("data-folds", !more.hidden);
    more.setAttribute("aria-expanded", this.isUnfolded);
    more.textContent = this.isUnfolded
      ? gettext("Show less")
      : interpolate(ngettext("Show all (%(lines)s line)", "Show all (%(lines)s lines)", lines), {
          lines,
        });
  }

  #link({ seq, posted_at }) {
    const date = new Date(posted_at);
    const linkText = (time) => interpolate(gettext("%(time)s. Link to this message"), { time });
    this.element.dataset.seq = seq;
    this.#parts.link.href = `#${seq}`;
    this.#parts.link.setAttribute("aria-label", linkText(clock(date)));
    this.#parts.time.title = linkText(exact(date));
  }

  #flags({ introduced, timed, mine, namesake, pending, state }) {
    this.element.toggleAttribute("data-introduced", introduced);
    this.element.toggleAttribute("data-timed", timed);
    this.element.toggleAttribute("data-mine", mine);
    this.element.toggleAttribute("data-namesake", namesake);
    this.element.toggleAttribute("data-pending", pending);
    this.element.dataset.state = state;
    this.#parts.held.hidden = state !== "held";
  }

  #label() {
    const { item, mixed } = this.#drawn.row;
    const author = [isolate(item.author_name), roleName(this.#drawn.role)].filter(Boolean);
    const time = clock(new Date(item.posted_at));
    if (mixed) return `${time}: ${this.#parts.body.textContent}`;
    const values = {
      author: author.join(", "),
      time: item.edited_at ? `${time}, ${gettext("edited")}` : time,
      text: isolate(excerpt(plainText(this.#tree), LABEL_LENGTH)),
    };
    return interpolate(gettext("%(author)s, %(time)s: %(text)s"), values);
  }

  #author({ item: { author_id, author_name }, mixed }) {
    if (mixed) {
      for (const name of ["avatar", "author", "mark"]) this.#parts[name].textContent = "";
      return;
    }
    this.#parts.avatar.textContent = initialOf(author_name);
    this.#parts.author.textContent = author_name;
    this.#parts.author.title = `${author_name} ${markOf(author_id)}`;
    this.#parts.mark.textContent = markOf(author_id);
  }

  #role(role) {
    if (role === this.#drawn.role) return;
    this.#parts.role.hidden = role === null;
    this.#parts.role.textContent = roleName(role);
  }

  /** A deleted message, or several: their place without their text. */
  #tombstone({ item, folded }) {
    const gone = [item, ...folded];
    const count = gone.length;
    const text = goneText(
      gone.every(({ removed }) => removed),
      count,
    );
    this.#tree = [text];
    this.#parts.body.textContent = text;
    this.element.dataset.deleted = count;
    this.element.dataset.seqs = gone.map(({ seq }) => seq).join(" ");
    for (const name of ["data-mentions-me", "data-from-right", "data-long", "data-folds"])
      this.element.removeAttribute(name);
    this.#parts.body.removeAttribute("data-emoji");
    this.#parts.more.hidden = true;
  }

  #body({ body }, mentions) {
    delete this.element.dataset.deleted;
    delete this.element.dataset.seqs;
    this.#tree = parse(body);
    this.#text(mentions);
    this.#parts.body.toggleAttribute("data-emoji", isEmojiOnly(body));
    this.element.toggleAttribute("data-from-right", endsFromRight(body));
    this.element.toggleAttribute(
      "data-long",
      body.length > SHORT || body.split("\n", MAX_LINES + 2).length > MAX_LINES,
    );
  }

  /** Not more often than needed: the reader may have selected text. */
  #text(mentions) {
    this.#parts.body.replaceChildren(nodesOf(this.#tree, mentions));
    this.element.toggleAttribute(
      "data-mentions-me",
      this.#parts.body.querySelector("[data-me]") !== null,
    );
  }

  #time({ posted_at }) {
    const date = new Date(posted_at);
    this.#parts.time.dateTime = posted_at;
    this.#parts.time.textContent = clock(date);
    this.#parts.time.title = exact(date);
  }

  /** What has happened to it since it was posted. */
  #changes({ edited_at, deleted_at }) {
    const { edited } = this.#parts;
    const isEdited = Boolean(edited_at) && !deleted_at;
    this.element.toggleAttribute("data-edited", isEdited);
    edited.hidden = !isEdited;
    if (isEdited)
      edited.title = interpolate(gettext("Edited %(time)s"), { time: exact(new Date(edited_at)) });
  }

  /** Why it was not sent or changed, and what one can do about it. */
  #refusal({ refusal, refused = "post" }) {
    this.#parts.refusal.hidden = !refusal;
    this.#parts.reason.textContent = refusal
      ? interpolate(NOT_DONE[refused], { reason: refusalText(refusal) })
      : "";
    for (const button of this.#parts.refusal.querySelectorAll("[data-after]"))
      button.hidden = !button.dataset.after.split(" ").includes(refused);
  }
}

/** What stands in place of one deleted message or of several; `removed`: all by moderators. */
function goneText(removed, count) {
  if (count === 1) return removed ? gettext("Removed by a moderator") : gettext("Message deleted");
  const several = removed
    ? ngettext(
        "%(count)s message removed by a moderator",
        "%(count)s messages removed by a moderator",
        count,
      )
    : ngettext("%(count)s message deleted", "%(count)s messages deleted", count);
  return interpolate(several, { count });
}
