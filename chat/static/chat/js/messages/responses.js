/** Around a message's text: what it replies to, above, and the reactions to it, below. */
import { gettext, interpolate, isolate, number } from "../i18n.js";
import { fromTemplate } from "../ui/dom.js";
import { excerpt, parse, plainText } from "./formatting.js";

const QUOTE_LENGTH = 120; // characters; message_quote.css shows as many as fit into a line

/** A link to the message that is replied to, with its author and its present text. */
export class ReplyQuote {
  #link;
  #author;
  #text;
  #target;

  constructor(link) {
    this.#link = link;
    [this.#author, this.#text] = link.children;
  }

  /**
   * `seq` is undefined unless the message is a reply; `target` is the message there, null while it
   * is being fetched, and {missing: true} if the server does not have it.
   */
  draw(seq, target, hues) {
    this.#link.hidden = !seq;
    if (!seq) {
      this.#clear();
      return;
    }
    if (target?.author_id) hues.apply(this.#link, target.author_id);
    if (target === this.#target) return;

    this.#target = target;
    const { missing = false, deleted_at: deleted = null, author_name: author = "" } = target ?? {};
    if (missing) this.#link.removeAttribute("href");
    else this.#link.href = `#${seq}`;
    this.#link.toggleAttribute("data-gone", missing || deleted !== null);
    this.#author.textContent = author;
    this.#text.textContent = textOf(target);
    if (missing) this.#link.removeAttribute("aria-label");
    else this.#link.setAttribute("aria-label", this.#label(author));
  }

  /** Nobody would remove words from here that are deleted later. */
  #clear() {
    this.#target = undefined;
    this.#author.textContent = "";
    this.#text.textContent = "";
    this.#link.removeAttribute("aria-label");
  }

  #label(author) {
    if (!author) return gettext("Reply to a message");
    return interpolate(gettext("Reply to %(author)s: %(text)s"), {
      author: isolate(author),
      text: isolate(this.#text.textContent),
    });
  }
}

function textOf(target) {
  if (!target) return "";
  if (target.hidden) return gettext("Hidden message");
  if (target.missing) return gettext("No longer kept");
  if (target.removed) return gettext("Removed by a moderator");
  if (target.deleted_at) return gettext("Message deleted");
  return excerpt(plainText(parse(target.body)).replace(/\s+/gu, " "), QUOTE_LENGTH);
}

/** A button for each kind of reaction to a message, and one to add another. */
export class Reactions {
  #list;
  #chips = new Map(); // by emoji
  #drawn = null;
  #nameOf = null;

  constructor(list) {
    this.#list = list;
  }

  /** `reactions` are those of the message; `nameOf(emoji)` is its name. */
  draw(reactions, nameOf) {
    if (reactions === this.#drawn && nameOf === this.#nameOf) return;
    this.#drawn = reactions;
    this.#nameOf = nameOf;

    const chips = new Map(
      reactions.map(({ emoji }) => [emoji, this.#chips.get(emoji) ?? new Chip(emoji)]),
    );
    for (const [emoji, { element }] of this.#chips)
      if (!chips.has(emoji)) {
        this.#leave(element);
        element.remove();
      }
    const isStop = this.#list.closest("article").contains(document.activeElement);
    let next = this.#list.firstElementChild;
    for (const reaction of reactions) {
      const chip = chips.get(reaction.emoji);
      chip.draw(reaction, { name: nameOf(reaction.emoji), isStop });
      if (chip.element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(chip.element, next);
    }
    this.#chips = chips;
    if (reactions.length === 0) this.#leave(this.#list);
    this.#list.hidden = reactions.length === 0;
  }

  /** Move the focus out of an element that disappears. */
  #leave(element) {
    if (element.contains(document.activeElement))
      this.#list.closest("article").focus({ preventScroll: true });
  }
}

class Chip {
  element = fromTemplate("reaction");
  #button = this.element.firstElementChild;
  #count = this.#button.lastElementChild;

  constructor(emoji) {
    this.#button.dataset.emoji = emoji;
    this.#button.firstElementChild.textContent = emoji;
  }

  /** `isStop`: does the Tab key lead to it? */
  draw({ count, mine }, { name, isStop }) {
    this.#button.tabIndex = isStop ? 0 : -1;
    this.#count.textContent = number(count);
    this.#button.setAttribute("aria-pressed", Boolean(mine));
    this.#button.setAttribute(
      "aria-label",
      interpolate(
        mine ? gettext("%(name)s, %(count)s, you reacted") : gettext("%(name)s, %(count)s"),
        { name, count },
      ),
    );
  }
}
