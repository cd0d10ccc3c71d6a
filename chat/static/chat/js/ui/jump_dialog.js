/**
 * Asks for a day and finds where it begins in the log. Fires `jump` with {seq, notice}: the seq of the first message of that day or
 * later, null when nothing was said since; and what to tell the reader when it is not of that day.
 */
import { gettext, interpolate } from "../i18n.js";
import { dayKey, longDay } from "../times.js";

export class JumpDialog extends EventTarget {
  #dialog;
  #input;
  #error;
  #url;

  constructor({ dialog, opener, form, input, error, url }) {
    super();
    this.#dialog = dialog;
    this.#input = input;
    this.#error = error;
    this.#url = url;
    opener.addEventListener("click", () => this.open());
    form.addEventListener("submit", this.#submit);
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
  }

  open() {
    this.#input.max = dayKey(new Date());
    this.#fail(null);
    this.#dialog.showModal();
  }

  #submit = async (event) => {
    event.preventDefault();
    const day = midnight(this.#input.value);
    this.#fail(null);
    try {
      const address = `${this.#url}?${new URLSearchParams({ date: day.toISOString() })}`;
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`${response.status} for ${address}`);
      const { seq, posted_at } = await response.json();
      this.#dialog.close();
      this.dispatchEvent(
        new CustomEvent("jump", { detail: { seq, notice: words(day, seq, new Date(posted_at)) } }),
      );
    } catch {
      this.#fail(gettext("Couldn't load that day. Try again in a moment."));
    }
  };

  #fail(text) {
    this.#error.hidden = text === null;
    this.#error.textContent = text ?? "";
  }
}

function words(day, seq, said) {
  if (seq === null)
    return interpolate(gettext("No messages on or after %(day)s. Showing the latest."), {
      day: longDay(day),
    });
  if (dayKey(said) === dayKey(day)) return null;
  return interpolate(gettext("No messages on %(day)s. Showing %(next)s."), {
    day: longDay(day),
    next: longDay(said),
  });
}

/** Where the reader is: the server knows nothing of time zones. */
function midnight(value) {
  const [year, month, day] = value.split("-").map(Number);
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day); // unlike the constructor, which takes 99 for 1999
  return date;
}
