/** The dialog in which owners and moderators set the room's rules. */
import { gettext } from "../i18n.js";
import { NO_RULES } from "../model/moderation.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { failureText } from "./failure.js";
import { duration, PAUSES } from "./rules.js";

export class RulesDialog {
  #moderation;
  #dialog = fromTemplate("rules-dialog");
  #parts = partsOf(this.#dialog);

  constructor({ moderation }) {
    this.#moderation = moderation;
    const { form } = this.#parts;
    form.addEventListener("submit", this.#save);
    closeOnBackdrop(this.#dialog);
    document.querySelector("[data-chat]").append(this.#dialog);
  }

  open() {
    const { rules } = this.#moderation;
    const { form, refusal } = this.#parts;
    const pauses = new Set([...PAUSES, rules.slow_seconds]); // another page may offer other ones
    const options = [...pauses].sort((one, other) => one - other).map(option);
    form.elements.slow_seconds.replaceChildren(...options);
    for (const [name, value] of Object.entries(rules)) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = value;
      else if (field) field.value = String(value);
    }
    refusal.hidden = true;
    this.#dialog.showModal();
  }

  #save = async (event) => {
    event.preventDefault();
    const { save, refusal } = this.#parts;
    refusal.hidden = true;
    save.ariaDisabled = "true";
    try {
      await this.#moderation.act("act.rules", { rules: this.#rules });
      this.#dialog.close();
    } catch (error) {
      refusal.textContent = failureText(error);
      refusal.hidden = false;
    } finally {
      save.ariaDisabled = "false";
    }
  };

  get #rules() {
    const { elements } = this.#parts.form;
    return Object.fromEntries(
      Object.entries(NO_RULES).map(([name, usual]) => [name, settingOf(elements[name], usual)]),
    );
  }
}

function settingOf(field, usual) {
  if (typeof usual === "boolean") return field.checked;
  return typeof usual === "number" ? Number(field.value) : field.value;
}

function option(seconds) {
  return new Option(seconds === 0 ? gettext("Off") : duration(seconds), String(seconds));
}
