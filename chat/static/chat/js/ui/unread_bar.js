/** Says how much came since the last visit when that begins above what the reader sees, and leads there. Fires `shown` {text}, `jump` {seq} and `dismiss`. */
import { hide } from "./dom.js";
import { gettext, interpolate, ngettext } from "../i18n.js";
import { moment } from "../times.js";

export class UnreadBar extends EventTarget {
  #bar;
  #label;
  #url;
  #after = null; // what came after this seq is told
  #seq = null;

  constructor({ bar, jump, label, dismiss, url }) {
    super();
    this.#bar = bar;
    this.#label = label;
    this.#url = url;
    jump.addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("jump", { detail: { seq: this.#seq } })),
    );
    dismiss.addEventListener("click", () => this.dispatchEvent(new CustomEvent("dismiss")));
  }

  /** `unseen` is {after, since}: the seq up to which the reader has read, and when; null when there is nothing to tell. */
  async draw(unseen) {
    if ((unseen?.after ?? null) === this.#after) return;
    this.#after = unseen?.after ?? null;
    hide(this.#bar);
    if (!unseen) return;

    const found = await this.#ask(unseen.after);
    if (unseen.after !== this.#after || !found?.seq) return;
    this.#seq = found.seq;
    const text = words({ ...found, ...unseen });
    this.#label.textContent = text;
    this.#bar.hidden = false;
    this.dispatchEvent(new CustomEvent("shown", { detail: { text } }));
  }

  async #ask(after) {
    try {
      const response = await fetch(`${this.#url}?${new URLSearchParams({ after })}`);
      return response.ok ? await response.json() : null;
    } catch {
      this.#after = null; // ask again with the next draw
      return null;
    }
  }
}

function words({ count, more, since }) {
  const time = moment(new Date(since));
  if (more)
    return interpolate(
      gettext("More than %(count)s new messages since %(time)s. Go to the first"),
      { count, time },
    );
  return interpolate(
    ngettext(
      "%(count)s new message since %(time)s. Go there",
      "%(count)s new messages since %(time)s. Go to the first",
      count,
    ),
    { count, time },
  );
}
