/** One message on the page. */
import { clock, exact, gettext, interpolate, isolate, ngettext } from "../i18n.js";
import { refusalText } from "../net/errors.js";
import { initialOf, markOf } from "../people/author.js";
import { fromTemplate, partsOf } from "../ui/dom.js";
import { excerpt, parse, plainText } from "./formatting.js";
import { endsFromRight, isEmojiOnly, nodesOf } from "./message_text.js";
import { Reactions, ReplyQuote } from "./responses.js";

const MAX_LINES = 24; // a longer message is folded; message.css shows 20 lines of it
const SHORT = 500; // characters that fit into that on a phone
const LABEL_LENGTH = 100; // characters of the text in the accessible name
const NONE = [];

export class MessageView {
  element = fromTemplate("message");
  #parts = partsOf(this.element);
  #quote = new ReplyQuote(this.#parts.quote);
  #reactions = new Reactions(this.#parts.reactions);
  #drawn = {};
  #tree = [];
  #lines = 0; // of a long message, when last measured

  /**
   * `namesake`: do several authors use this name? `mentions` is {names, isMe}, see nodesOf.
   * `target` is that of a reply, `toMe` says whether it is the reader's; see responses.js.
   */
  draw({ item, introduced, timed }, { mine, namesake, mentions, hues, target, toMe, emojiName }) {
    hues.apply(this.element, item.author_id);
    this.#quote.draw(item.reply_to_seq, target, hues);
    this.#reactions.draw(item.reactions ?? NONE, emojiName);
    this.element.toggleAttribute("data-replies-to-me", toMe);
    this.#flags({ introduced, timed, mine, namesake, state: item.state ?? "sent" });
    if (item.body !== this.#drawn.item?.body) this.#body(item, mentions);
    else if (mentions !== this.#drawn.mentions && item.body.includes("@")) this.#text(mentions);
    this.#drawn.mentions = mentions;
    if (item === this.#drawn.item) return;

    this.#author(item);
    this.#time(item);
    this.#refusal(item.refusal);
    this.element.dataset.clientMessageId = item.client_message_id;
    if (item.seq) this.#link(item);
    this.#drawn.item = item;
    if (this.element.hasAttribute("aria-label")) this.label(true); // its words may be gone
  }

  /** What was drawn last. */
  get item() {
    return this.#drawn.item;
  }

  /** Highlight this message if it is the one at `seq`. */
  mark(seq) {
    const marked = seq !== null && this.#drawn.item?.seq === seq;
    if (marked && !this.element.hasAttribute("data-linked")) this.unfold(true);
    this.element.toggleAttribute("data-linked", marked);
  }

  /** Set the accessible name while the message is selected; otherwise it would be read twice. */
  label(selected) {
    const { author_name, posted_at } = this.#drawn.item;
    const values = {
      author: isolate(author_name),
      time: clock(new Date(posted_at)),
      text: isolate(excerpt(plainText(this.#tree), LABEL_LENGTH)),
    };
    if (selected)
      this.element.setAttribute(
        "aria-label",
        interpolate(gettext("%(author)s, %(time)s: %(text)s"), values),
      );
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

  #flags({ introduced, timed, mine, namesake, state }) {
    this.element.toggleAttribute("data-introduced", introduced);
    this.element.toggleAttribute("data-timed", timed);
    this.element.toggleAttribute("data-mine", mine);
    this.element.toggleAttribute("data-namesake", namesake);
    this.element.dataset.state = state;
  }

  #author({ author_id, author_name }) {
    this.#parts.avatar.textContent = initialOf(author_name);
    this.#parts.author.textContent = author_name;
    this.#parts.author.title = `${author_name} ${markOf(author_id)}`;
    this.#parts.mark.textContent = markOf(author_id);
  }

  #body({ body }, mentions) {
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

  #refusal(refusal) {
    this.#parts.refusal.hidden = !refusal;
    this.#parts.reason.textContent = refusal ? refusalText(refusal) : "";
  }
}
