/** The mutes and bans that are in force, and the log of what moderators have done. */
import { gettext, moment } from "../i18n.js";
import { actText, inForceText, undoneText } from "./acts.js";
import { Rows } from "./rows.js";

const ENDING = { mute: gettext("Unmute"), ban: gettext("Unban") };

/** Fires `undo` {act}, and in the log `jump` {seq}. */
export class ActList extends EventTarget {
  #rows;
  #undone = new Set(); // ids: until the server has answered

  /** `isInForce`: mutes and bans, not the log. `rest` gets the focus when no row is left. */
  constructor({ list, rest, isInForce = false }) {
    super();
    const fill = isInForce ? fillInForce : fillEntry;
    this.#rows = new Rows({
      list,
      template: isInForce ? "act-in-force" : "act-entry",
      keyOf: ({ act_id }) => act_id,
      fill: (parts, act) => {
        fill(parts, act);
        parts.undo.hidden = !act.can_undo || this.#undone.has(act.act_id);
      },
      rest,
    });
    list.addEventListener("click", ({ target }) => this.#clicked(target));
  }

  draw(acts) {
    this.#rows.draw(acts);
  }

  focus() {
    return this.#rows.focusFirst();
  }

  /** Offer to undo this act again: the server refused. */
  bringBack({ act_id }) {
    this.#undone.delete(act_id);
  }

  #clicked(target) {
    const action = target.closest("[data-desk-action]")?.dataset.deskAction;
    const act = action && this.#rows.itemOf(target);
    if (!act) return;
    if (action === "undo") {
      this.#undone.add(act.act_id);
      target.closest("[tabindex]").focus(); // the button goes
    }
    this.dispatchEvent(new CustomEvent(action, { detail: { act, seq: act.seq } }));
  }
}

function fillEntry(parts, act) {
  fillTime(parts, act);
  parts.text.textContent = actText(act);
  parts.undone.textContent = undoneText(act);
  parts.jump.hidden = !act.seq;
}

function fillInForce(parts, act) {
  fillTime(parts, act);
  parts.text.textContent = inForceText(act);
  parts.undo.textContent = ENDING[act.kind];
}

function fillTime(parts, act) {
  parts.time.dateTime = act.at;
  parts.time.textContent = moment(new Date(act.at));
}
