/** The pinned messages. Loaded when somebody opens the list. */
import { gettext, moment } from "../i18n.js";
import { excerpt, parse, plainText } from "../messages/formatting.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { failureText } from "./failure.js";
import { Rows } from "./rows.js";

const LENGTH = 160; // characters of a message

export class PinsDialog {
  #moderation;
  #targets;
  #permalink;
  #dialog = fromTemplate("pins-dialog");
  #parts = partsOf(this.#dialog);
  #rows;

  constructor({ moderation, conversation, targets, permalink }) {
    this.#moderation = moderation;
    this.#targets = targets;
    this.#permalink = permalink;
    const { list, close } = this.#parts;
    this.#rows = new Rows({
      list,
      template: "pin",
      keyOf: (seq) => seq,
      fill: (parts, seq) => this.#fill(parts, seq),
      rest: close,
    });
    list.addEventListener("click", this.#clicked);
    for (const source of [moderation, conversation, targets])
      source.addEventListener("change", () => this.#dialog.open && this.#draw());
    // Nothing is drawn in a closed dialog, and nothing must stay in it that is deleted then.
    this.#dialog.addEventListener("close", () => this.#rows.draw([]));
    closeOnBackdrop(this.#dialog);
    document.querySelector("[data-chat]").append(this.#dialog);
  }

  open() {
    this.#draw();
    this.#dialog.showModal();
  }

  #draw() {
    const { pins } = this.#moderation;
    this.#rows.draw(pins);
    this.#parts.none.hidden = pins.length > 0;
  }

  #fill(parts, seq) {
    const message = this.#targets.of(seq);
    parts.link.href = `#${seq}`;
    parts.author.textContent = message?.author_name ?? "";
    parts.time.hidden = !message?.posted_at;
    if (message?.posted_at) {
      parts.time.dateTime = message.posted_at;
      parts.time.textContent = moment(new Date(message.posted_at));
    }
    parts.text.textContent = textOf(message);
    parts.unpin.hidden = !this.#moderation.canModerate;
  }

  #clicked = (event) => {
    const seq = this.#rows.itemOf(event.target);
    if (event.target.closest("[data-part=unpin]")) {
      this.#unpin(seq);
    } else if (event.target.closest("[data-part=link]")) {
      event.preventDefault();
      this.#dialog.close();
      this.#permalink.open(seq);
    }
  };

  async #unpin(seq) {
    const { status } = this.#parts;
    status.textContent = "";
    try {
      await this.#moderation.act("act.pin", { seq, on: false });
      status.textContent = gettext("Unpinned");
    } catch (error) {
      status.textContent = failureText(error);
    }
  }
}

function textOf(message) {
  if (!message) return gettext("Loading…");
  if (message.missing) return gettext("This message does not exist.");
  if (message.deleted_at) return gettext("Message deleted");
  return excerpt(plainText(parse(message.body)), LENGTH);
}
