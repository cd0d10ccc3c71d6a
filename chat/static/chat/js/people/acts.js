/**
 * What one does about messages and people: as an owner or moderator, or only for oneself. Each is
 * confirmed by a notice, from which it can be undone. Loaded when it is first used.
 */
import { gettext, interpolate, isolate } from "../i18n.js";
import { refusalText } from "../net/errors.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { toast } from "../ui/toast.js";

const MUTED = new Map([
  [600, gettext("%(name)s is muted for 10 minutes.")],
  [3600, gettext("%(name)s is muted for 1 hour.")],
  [86400, gettext("%(name)s is muted for 1 day.")],
  [null, gettext("%(name)s is muted for good.")],
]);

export class Acts {
  #moderation;
  #hidden;

  constructor({ moderation, hidden }) {
    this.#moderation = moderation;
    this.#hidden = hidden;
  }

  remove({ seq }) {
    return this.#act("act.remove", { seq }, gettext("Message removed."));
  }

  pin({ seq }, isOn) {
    const text = isOn ? gettext("Message pinned.") : gettext("Message unpinned.");
    return this.#act("act.pin", { seq, on: isOn }, text);
  }

  /** `seconds` is 600, 3600 or 86400, or null for good. */
  mute({ author_id, name }, seconds) {
    const fields = seconds === null ? { author_id } : { author_id, seconds };
    return this.#act("act.mute", fields, about(MUTED.get(seconds), name));
  }

  ban({ author_id, name }) {
    return this.#act("act.ban", { author_id }, about(gettext("%(name)s is banned."), name));
  }

  sweep({ author_id, name }) {
    const text = gettext("What %(name)s wrote in the last hour is removed.");
    return this.#act("act.sweep", { author_id }, about(text, name));
  }

  /** Make somebody a moderator, or dismiss them. */
  appoint({ author_id, name }, isOn) {
    const text = isOn
      ? gettext("%(name)s is a moderator now.")
      : gettext("%(name)s is no longer a moderator.");
    const role = isOn ? "moderator" : null;
    return this.#act("act.role", { author_id, role }, about(text, name));
  }

  /** Ask why, and report a message to the moderators. */
  report({ seq }) {
    const dialog = fromTemplate("report");
    const { cancel, reason, form } = partsOf(dialog);
    closeOnBackdrop(dialog);
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => this.#report(seq, reason.value.trim()));
    dialog.addEventListener("close", () => dialog.remove());
    document.querySelector("[data-chat]").append(dialog);
    dialog.showModal();
  }

  async #report(seq, reason) {
    if (await this.#done(() => this.#moderation.report({ seq, reason })))
      toast(gettext("Reported to the moderators."));
  }

  /** Show nothing that this person writes, in this browser. */
  hide({ author_id, name }) {
    this.#hidden.add({ author_id, name });
    toast(about(gettext("You don't see messages from %(name)s any more."), name), {
      action: gettext("Undo"),
      run: () => this.#hidden.remove(author_id),
    });
  }

  show({ author_id }) {
    this.#hidden.remove(author_id);
  }

  async #act(type, fields, text) {
    let act_id = null;
    const act = async () => {
      act_id = await this.#moderation.act(type, fields);
    };
    if (!(await this.#done(act))) return;
    toast(text, { action: gettext("Undo"), run: () => this.#undo(act_id) });
  }

  async #undo(act_id) {
    if (await this.#done(() => this.#moderation.undo(act_id))) toast(gettext("Undone."));
  }

  /** Was it done? If not, the reader is told why. */
  async #done(work) {
    try {
      await work();
      return true;
    } catch (error) {
      toast(error.name === "Refusal" ? refusalText(error) : gettext("This page is not connected."));
      return false;
    }
  }
}

function about(text, name) {
  return interpolate(text, { name: isolate(name) });
}
