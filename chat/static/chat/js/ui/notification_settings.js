/** What to notify the reader of: the preference, its dialog, and the sound. */
import { gettext } from "../i18n.js";
import { closeOnBackdrop } from "./dom.js";

/** The dialog. Permission is requested only when the reader chooses something to be notified of. */
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
    closeOnBackdrop(dialog);
    // Not "change": a click on the current choice asks for permission again.
    form.addEventListener("click", ({ target }) => target.matches("input") && this.#choose(target));
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
    const text = about === "nothing" ? "" : explanation(permission());
    if (this.#note.textContent !== text) this.#note.textContent = text;
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
      "Notifications are blocked. Click the icon beside the address to allow them, then reload.",
    );
  return gettext(
    "Notifications need https and, on an iPhone or iPad, this page on the home screen.",
  );
}

const ABOUT = ["nothing", "mentions", "everything"];

/** What to notify the reader of in a room; nothing by default. Saved in this browser. Pure. */
export class NotificationPreference {
  #storage;
  #key;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  get about() {
    const { about } = this.#saved();
    return ABOUT.includes(about) ? about : ABOUT[0];
  }

  get sound() {
    return this.#saved().sound === true;
  }

  set({ about, sound }) {
    this.#storage.set(this.#key, JSON.stringify({ about, sound }));
  }

  /** The `messages` to notify of; `isForMe(message)` says whether one mentions the reader. */
  wanted(messages, isForMe) {
    if (this.about === "nothing") return [];
    return this.about === "everything" ? messages : messages.filter(isForMe);
  }

  #saved() {
    try {
      return JSON.parse(this.#storage.get(this.#key)) ?? {};
    } catch {
      return {};
    }
  }
}

const NOTES = [
  { after: 0, pitch: 659.3 }, // s, Hz
  { after: 0.13, pitch: 987.8 },
];
const DURATION = 0.5; // s
const VOLUME = 0.12;

/** A short synthesized sound. Browsers allow sounds only after the reader has used the page. */
export class Chime {
  #context = null;

  play() {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    this.#context ??= new AudioContext();
    this.#context.resume();
    for (const note of NOTES) this.#sound(note);
  }

  #sound({ after, pitch }) {
    const start = this.#context.currentTime + after;
    const tone = new OscillatorNode(this.#context, { frequency: pitch });
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + DURATION);
    tone.connect(volume).connect(this.#context.destination);
    tone.start(start);
    tone.stop(start + DURATION);
  }
}
