/** The room's link as a QR code, and for the device's own way of sharing where it has one. */
export class ShareDialog {
  #dialog;
  #code;
  #codeUrl;
  #opener = null;

  /** `openers` are buttons; `fallback` gets the focus back when the opener went out of sight with its drawer. */
  constructor({ dialog, code, send, codeUrl, link, openers, fallback }) {
    this.#dialog = dialog;
    this.#code = code;
    this.#codeUrl = codeUrl;
    for (const opener of openers) opener.addEventListener("click", () => this.#open(opener));
    dialog.addEventListener("close", () => this.#opener.checkVisibility() || fallback.focus());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
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

  /** A server behind a proxy may not know that its pages go out by https. */
  #withScheme() {
    const url = new URL(this.#codeUrl, location.href);
    if (url.protocol === "https:") url.searchParams.set("scheme", "https");
    return url.href;
  }
}
