/** Jumping to a date. */
import { dayKey, gettext, interpolate, longDay } from "../i18n.js";
import { closeOnBackdrop } from "./dom.js";

/**
 * Fires `jump` {seq, notice}: the first message of the chosen day or later, null if there is none,
 * and a text for the reader if it is not of that day.
 */
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
    closeOnBackdrop(dialog);
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
      const notice = noticeFor(day, seq, new Date(posted_at));
      this.dispatchEvent(new CustomEvent("jump", { detail: { seq, notice } }));
    } catch {
      this.#fail(gettext("Couldn't load that day. Try again in a moment."));
    }
  };

  #fail(text) {
    this.#error.hidden = text === null;
    this.#error.textContent = text ?? "";
  }
}

function noticeFor(day, seq, date) {
  if (seq === null)
    return interpolate(gettext("No messages on or after %(day)s. Showing the latest."), {
      day: longDay(day),
    });
  if (dayKey(date) === dayKey(day)) return null;
  return interpolate(gettext("No messages on %(day)s. Showing %(next)s."), {
    day: longDay(day),
    next: longDay(date),
  });
}

/** Midnight in the reader's time zone, which the server does not know. */
function midnight(value) {
  const [year, month, day] = value.split("-").map(Number);
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day); // the constructor would read 99 as 1999
  return date;
}
