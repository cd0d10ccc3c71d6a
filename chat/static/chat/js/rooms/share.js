/** Inviting people: the room's link, its QR code, and sharing it with an app. */
import { gettext } from "../i18n.js";
import { closeOnBackdrop } from "../ui/dom.js";

const COPIED_TIME = 2_000; // ms that the button says "Copied"

/** Shows the room's link and copies it. */
export class Invite {
  #field;
  #button;
  #status;
  #timer = 0;

  /** `status` is read by screen readers, and says what to do if copying failed. */
  constructor({ field, button, status, link }) {
    this.#field = field;
    this.#button = button;
    this.#status = status;
    field.value = link;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", this.#copy);
  }

  #copy = async () => {
    const copied = await this.#copyToClipboard();
    this.#status.toggleAttribute("data-copied", copied);
    this.#status.textContent = copied ? gettext("Copied") : gettext("Press Ctrl+C to copy");
    this.#button.toggleAttribute("data-copied", copied);
    clearTimeout(this.#timer);
    if (copied) this.#timer = setTimeout(() => this.#reset(), COPIED_TIME);
  };

  async #copyToClipboard() {
    try {
      await navigator.clipboard.writeText(this.#field.value); // absent on plain http
      return true;
    } catch {
      this.#field.focus();
      this.#field.select();
      const copied = document.execCommand("copy");
      if (copied) this.#button.focus();
      return copied;
    }
  }

  #reset() {
    this.#button.removeAttribute("data-copied");
    this.#status.textContent = "";
  }
}

/** The room's link as a QR code, and a button for the device's share sheet where there is one. */
export class ShareDialog {
  #dialog;
  #code;
  #codeUrl;
  #opener = null;

  /** `fallback` gets the focus when the opener is no longer visible, its drawer being closed. */
  constructor({ dialog, code, send, codeUrl, link, openers, fallback }) {
    this.#dialog = dialog;
    this.#code = code;
    this.#codeUrl = codeUrl;
    for (const opener of openers) opener.addEventListener("click", () => this.#open(opener));
    dialog.addEventListener("close", () => this.#opener.checkVisibility() || fallback.focus());
    closeOnBackdrop(dialog);
    send.hidden = !navigator.share; // absent on plain http too
    send.addEventListener("click", () =>
      navigator.share({ title: document.title, url: link }).catch(() => {}),
    );
  }

  #open(opener) {
    this.#opener = opener;
    if (!this.#code.src) this.#code.src = this.#withScheme();
    this.#dialog.showModal();
  }

  /** A server behind a proxy may not know that its pages are served by https. */
  #withScheme() {
    const url = new URL(this.#codeUrl, location.href);
    if (url.protocol === "https:") url.searchParams.set("scheme", "https");
    return url.href;
  }
}
