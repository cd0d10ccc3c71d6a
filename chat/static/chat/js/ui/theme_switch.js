/** The choice of a theme; theme.js carries it out, here on a `theme` event and in other tabs through the storage they share. */
const SYSTEM = "system";

export class ThemeSwitch {
  #choices;
  #storage;
  #key;

  /** `choices` holds radio buttons of the values "system", "light" and "dark". */
  constructor({ choices, storage, key }) {
    this.#choices = choices;
    this.#storage = storage;
    this.#key = key;
    this.#check(storage.get(key));
    choices.addEventListener("change", this.#changed);
    addEventListener("storage", (event) => event.key === key && this.#check(event.newValue));
  }

  #changed = ({ target }) => {
    if (target.value === SYSTEM) this.#storage.remove(this.#key);
    else this.#storage.set(this.#key, target.value);
    dispatchEvent(new CustomEvent("theme", { detail: { theme: target.value } }));
  };

  #check(theme) {
    for (const radio of this.#choices.querySelectorAll("input"))
      radio.checked = radio.value === (theme ?? SYSTEM);
  }
}
