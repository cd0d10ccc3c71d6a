/** Copies the link to a message, and says so in its button and to screen readers. Fires `failed` with {seq} where the browser does not copy. */
import { gettext } from "../i18n.js";

const SHOWN = 2_000; // ms that the button says so

export class LinkCopier extends EventTarget {
  #announcer;

  constructor({ list, announcer }) {
    super();
    this.#announcer = announcer;
    list.addEventListener("copy", ({ detail: { seq, button } }) => this.#copy(seq, button));
  }

  async #copy(seq, button) {
    if (!(await copyText(new URL(`#${seq}`, location).href))) {
      this.dispatchEvent(new CustomEvent("failed", { detail: { seq } }));
      return;
    }
    button.setAttribute("data-copied", "");
    setTimeout(() => button.removeAttribute("data-copied"), SHOWN);
    this.#announcer.say(gettext("Link copied"));
  }
}

/** False where the browser does not let us. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text); // absent on plain http
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text) {
  const { activeElement } = document;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  activeElement?.focus({ preventScroll: true });
  return copied;
}
