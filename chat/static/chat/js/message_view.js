/** One message on the page, whatever its state. */
import { initialOf, markOf } from "./author.js";
import { isEmojiOnly, textNodes } from "./message_text.js";
import { refusalText } from "./refusals.js";
import { fromTemplate, partsOf } from "./templates.js";
import { clock, exact } from "./times.js";

export class MessageView {
  element = fromTemplate("message");
  #parts = partsOf(this.element);
  #drawn = {};

  /** `namesake`: does somebody else go by the author's name? `mentions` is {names, isMe}, another object when it has changed; see textNodes. */
  draw({ item, introduced, timed }, { mine, namesake, mentions, hues }) {
    hues.dress(this.element, item.author_id);
    this.#flags({ introduced, timed, mine, namesake, state: item.state ?? "sent" });
    if (item.body !== this.#drawn.item?.body || (mentions !== this.#drawn.mentions && item.body.includes("@"))) this.#body(item, mentions);
    this.#drawn.mentions = mentions;
    if (item === this.#drawn.item) return;

    this.#author(item);
    this.#time(item);
    this.#refusal(item.refusal);
    this.element.dataset.clientMessageId = item.client_message_id;
    if (item.seq) this.#link(item.seq);
    this.#drawn.item = item;
  }

  /** Is it the one at `seq`? */
  mark(seq) {
    this.element.toggleAttribute("data-linked", seq !== null && this.#drawn.item?.seq === seq);
  }

  #link(seq) {
    this.element.dataset.seq = seq;
    this.#parts.link.href = `#${seq}`;
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

  /** Only when it must: the reader may have selected some of it. */
  #body({ body }, mentions) {
    this.#parts.body.replaceChildren(textNodes(body, mentions));
    this.#parts.body.toggleAttribute("data-emoji", isEmojiOnly(body));
    this.element.toggleAttribute("data-names-me", this.#parts.body.querySelector("[data-me]") !== null);
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
