/** Where the reader chooses what to be told of. The browser is asked for its permission only by their own click on something to tell. */
import { gettext } from "./i18n.js";

export class NoticeDialog {
  #form;
  #note;
  #opener;
  #choice;
  #chime;

  /** `form` has radio buttons called "about" and a checkbox called "sound". */
  constructor({ dialog, opener, form, note, choice, chime }) {
    this.#form = form;
    this.#note = note;
    this.#opener = opener;
    this.#choice = choice;
    this.#chime = chime;
    opener.addEventListener("click", () => {
      this.#draw();
      dialog.showModal();
    });
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
    form.addEventListener("click", ({ target }) => target.matches("input") && this.#choose(target)); // also on what is chosen already
    addEventListener("storage", () => this.#draw()); // another tab
    this.#draw();
  }

  async #choose({ name, value, checked }) {
    this.#choice.set({ about: this.#form.elements.about.value, sound: this.#form.elements.sound.checked });
    if (name === "sound" && checked) this.#chime.play();
    this.#draw();
    if (name !== "about" || value === "nothing" || permission() !== "default") return;
    await Notification.requestPermission();
    this.#draw();
  }

  #draw() {
    const { about, sound } = this.#choice;
    this.#form.elements.about.value = about;
    this.#form.elements.sound.checked = sound;
    this.#opener.toggleAttribute("data-on", about !== "nothing" && (sound || permission() === "granted"));
    const words = about === "nothing" ? "" : explanation(permission());
    if (this.#note.textContent !== words) this.#note.textContent = words;
  }
}

function permission() {
  return isSecureContext && globalThis.Notification ? Notification.permission : "missing";
}

function explanation(state) {
  if (state === "granted") return "";
  if (state === "default") return gettext("Your browser has not allowed notifications yet. Choose again to be asked.");
  if (state === "denied") return gettext("Your browser blocks notifications from this site. To change that, open the site's settings beside its address, allow notifications, and reload the page.");
  return gettext("Your browser shows no notifications from this page. They need an address with https and, on an iPhone or iPad, the page on the home screen.");
}
