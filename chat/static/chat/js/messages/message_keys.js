/**
 * From message to message by keyboard: Enter selects the lowest message in sight, the arrows another one, Enter copies the link of the
 * one that is selected, Escape goes back. So the links need no place in the tab order, which would be one for each message.
 */
export class MessageKeys {
  #stream;
  #rows;
  #leave;

  /** `leave()` is called when the reader goes back from a message. */
  constructor({ stream, rows, leave }) {
    this.#stream = stream;
    this.#rows = rows;
    this.#leave = leave;
    stream.addEventListener("keydown", this.#keydown);
  }

  #keydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const goal =
      event.target === this.#stream ? this.#from(event.key) : this.#onFrom(event.target, event.key);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
    if (goal !== this.#stream) select(goal);
  };

  #from(key) {
    const { bottom } = this.#stream.getBoundingClientRect();
    return key === "Enter"
      ? this.#messages.findLast((message) => message.getBoundingClientRect().top < bottom)
      : null;
  }

  #onFrom(message, key) {
    const place = this.#messages.indexOf(message);
    if (place < 0) return null; // a link or a button within it
    if (key === "Escape") {
      this.#leave();
      return this.#stream;
    }
    if (key === "Enter") message.querySelector("[data-action=copy]").click();
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    return step ? (this.#messages[place + step] ?? message) : null;
  }

  get #messages() {
    return [...this.#rows.querySelectorAll("article")];
  }
}

/** Only a message that was reached by a key is selected: a click focuses one as well, and what is typed after it is no shortcut. */
function select(message) {
  message.dataset.selected = "";
  message.addEventListener("blur", () => delete message.dataset.selected, { once: true });
}
