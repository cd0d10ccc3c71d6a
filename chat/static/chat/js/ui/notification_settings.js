/** Where the reader chooses what to be told of. The browser is asked for its permission only by their own click on something to tell. */
import { gettext } from "../i18n.js";

export class NotificationSettings {
  #dialog;
  #form;
  #note;
  #opener;
  #preference;
  #chime;

  /** `form` has radio buttons called "about" and a checkbox called "sound". */
  constructor({ dialog, opener, form, note, preference, chime }) {
    this.#dialog = dialog;
    this.#form = form;
    this.#note = note;
    this.#opener = opener;
    this.#preference = preference;
    this.#chime = chime;
    opener.addEventListener("click", () => this.open());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // its backdrop
    form.addEventListener("click", ({ target }) => target.matches("input") && this.#choose(target)); // also on what is chosen already
    addEventListener("storage", () => this.#draw()); // another tab
    this.#draw();
  }

  open() {
    this.#draw();
    this.#dialog.showModal();
  }

  async #choose({ name, value, checked }) {
    this.#preference.set({
      about: this.#form.elements.about.value,
      sound: this.#form.elements.sound.checked,
    });
    if (name === "sound" && checked) this.#chime.play();
    this.#draw();
    if (name !== "about" || value === "nothing" || permission() !== "default") return;
    await Notification.requestPermission();
    this.#draw();
  }

  #draw() {
    const { about, sound } = this.#preference;
    this.#form.elements.about.value = about;
    this.#form.elements.sound.checked = sound;
    this.#form.elements.sound.disabled = about === "nothing";
    const isOn = about !== "nothing" && (sound || permission() === "granted");
    this.#opener.toggleAttribute("data-on", isOn);
    this.#opener.title = label(isOn ? about : "nothing");
    this.#opener.setAttribute("aria-label", this.#opener.title);
    const words = about === "nothing" ? "" : explanation(permission());
    if (this.#note.textContent !== words) this.#note.textContent = words;
  }
}

function label(about) {
  if (about === "mentions") return gettext("Notifications: mentions");
  if (about === "everything") return gettext("Notifications: every message");
  return gettext("Notifications: off");
}

function permission() {
  return isSecureContext && globalThis.Notification ? Notification.permission : "missing";
}

function explanation(state) {
  if (state === "granted") return "";
  if (state === "default")
    return gettext("Notifications aren't allowed yet. Select again and your browser will ask.");
  if (state === "denied")
    return gettext(
      "Your browser blocks notifications from this site. To change that, click the icon beside the address, allow notifications, and reload the page.",
    );
  return gettext(
    "Your browser shows no notifications from this page. They need an address with https and, on an iPhone or iPad, the page on the home screen.",
  );
}
