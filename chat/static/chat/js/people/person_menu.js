/** The menu of a person: from the list of people, and from the menu of a message. */
import { gettext, interpolate, isolate } from "../i18n.js";
import { ActionMenu } from "../ui/action_menu.js";
import { fromTemplate, partsOf } from "../ui/dom.js";

export class PersonMenu {
  #acts;
  #hidden;
  #moderation;
  #mention;
  #parts;
  #menu;
  #person = null;

  /** `mention(person)` writes their name into the composer. */
  constructor({ acts, hidden, moderation, mention }) {
    this.#acts = acts;
    this.#hidden = hidden;
    this.#moderation = moderation;
    this.#mention = mention;
    const dialog = fromTemplate("person-menu");
    this.#parts = partsOf(dialog);
    this.#menu = new ActionMenu({ dialog, menu: this.#parts.menu });
    this.#parts.menu.addEventListener("click", ({ target }) => {
      const item = target.closest("[role=menuitem]");
      if (!item) return;
      this.#menu.close();
      this.#run(item.dataset.personAction, item.dataset.seconds);
    });
  }

  /** `person` is {author_id, name}; the menu is placed beside `anchor` on wide screens. */
  open(person, anchor) {
    this.#person = person;
    const offered = this.#offered(person.author_id);
    for (const item of this.#parts.menu.querySelectorAll("[data-person-action]"))
      item.hidden = !offered.has(item.dataset.personAction);
    this.#parts.name.textContent = person.name;
    this.#parts.hide.textContent = interpolate(gettext("Hide messages from %(name)s"), {
      name: isolate(person.name),
    });
    this.#menu.open(anchor);
  }

  #offered(id) {
    const isHidden = this.#hidden.has(id);
    const names = ["mention", isHidden ? "show" : "hide"];
    if (this.#moderation.canActOn(id)) names.push("mute", "ban", "sweep");
    if (this.#moderation.canAppoint && this.#moderation.roleOf(id) !== "owner")
      names.push(this.#moderation.roleOf(id) ? "dismiss" : "appoint");
    return new Set(names);
  }

  #run(name, seconds) {
    const person = this.#person;
    const acts = this.#acts;
    const actions = {
      mention: () => this.#mention(person),
      hide: () => acts.hide(person),
      show: () => acts.show(person),
      mute: () => acts.mute(person, seconds ? Number(seconds) : null),
      ban: () => acts.ban(person),
      sweep: () => acts.sweep(person),
      appoint: () => acts.appoint(person, true),
      dismiss: () => acts.appoint(person, false),
    };
    actions[name]();
  }
}
