/** The moderators' panel: what waits, who is muted or banned, and the log. Loaded when opened. */
import { gettext } from "../i18n.js";
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { ActList } from "./act_lists.js";
import { failureText } from "./failure.js";
import { Lists } from "./lists.js";
import { RulesDialog } from "./rules_dialog.js";
import { Tabs } from "./tabs.js";
import { HeldList, ReportList } from "./waiting_lists.js";

export class ModerationPanel {
  #moderation;
  #permalink;
  #nameOfReader;
  #dialog = fromTemplate("moderation-panel");
  #parts = partsOf(this.#dialog);
  #lists;
  #tabs;
  #views; // by the name of their tab
  #isFresh = false; // opened, and nothing has been drawn or pressed since

  /** `nameOfReader()` is for the log, until it is read again. */
  constructor({ conversation, moderation, permalink, nameOfReader }) {
    this.#moderation = moderation;
    this.#permalink = permalink;
    this.#nameOfReader = nameOfReader;
    document.querySelector("[data-chat]").append(this.#dialog);
    this.#lists = new Lists({ moderation });
    this.#tabs = new Tabs(this.#parts.tabs);
    this.#views = this.#makeViews(this.#parts);
    this.#lists.addEventListener("change", () => this.#draw());
    moderation.addEventListener("change", () => this.#follow());
    conversation.addEventListener("deleted", ({ detail }) => this.#lists.forget(detail.isGone));
    this.#dialog.addEventListener("close", () => this.#lists.clear());
    this.#parts.older.addEventListener("click", () => this.#readMore());
    const rules = new RulesDialog({ moderation });
    this.#parts.rules.addEventListener("click", () => rules.open());
    closeOnBackdrop(this.#dialog);
  }

  open() {
    const { held, reports } = this.#moderation;
    this.#tell("");
    this.#tabs.select(held === 0 && reports > 0 ? "reports" : "held");
    this.#isFresh = true;
    this.#draw();
    this.#dialog.showModal();
    this.#tabs.focus();
    this.#lists.refresh();
  }

  #makeViews(parts) {
    const rest = { focus: () => this.#tabs.focus() };
    const canActOn = (authorId) => this.#moderation.canActOn(authorId);
    const held = new HeldList({ list: parts.held, rest });
    const reports = new ReportList({ list: parts.reports, rest, canActOn });
    const force = new ActList({ list: parts.force, rest, isInForce: true });
    const log = new ActList({ list: parts.log, rest });
    const on = (list, reactions) => {
      for (const [type, react] of Object.entries(reactions))
        list.addEventListener(type, ({ detail }) => react(detail));
    };
    const jump = ({ seq }) => this.#jump(seq);
    const undo = (list) => (detail) => this.#undo(detail.act, list);
    on(held, {
      approve: ({ message }) => this.#decide("act.approve", message, gettext("Approved")),
      decline: ({ message }) => this.#decide("act.decline", message, gettext("Declined")),
      jump,
    });
    on(reports, {
      remove: ({ seq }) => this.#act("act.remove", { seq }, gettext("Message removed")),
      settle: ({ seq }) => this.#act("act.settle", { seq }, gettext("Settled")),
      mute: ({ report: { author_id }, seconds }) =>
        this.#act("act.mute", { author_id, seconds }, gettext("Muted")),
      jump,
    });
    on(force, { undo: undo(force) });
    on(log, { undo: undo(log), jump });
    return { held, reports, force, log };
  }

  #draw() {
    const { held, reports, inForce, acts, more, isLoaded, problem } = this.#lists;
    for (const [name, items] of Object.entries({ held, reports, force: inForce, log: acts })) {
      this.#views[name].draw(items);
      this.#parts[`no-${name}`].hidden = !isLoaded || items.length > 0;
      if (name !== "log") this.#tabs.count(name, items.length);
    }
    this.#parts.loading.hidden = isLoaded;
    this.#parts.older.hidden = !more;
    if (problem) this.#tell(failureText(problem));
    if (this.#isFresh && isLoaded && this.#dialog.open) this.#focusFirst();
  }

  /** The first message that waits has the focus from the start: a key decides about it. */
  #focusFirst() {
    this.#isFresh = false;
    if (this.#tabs.hasFocus) this.#views[this.#tabs.selected].focus();
  }

  #follow() {
    if (!this.#dialog.open) return;
    if (this.#moderation.canModerate) this.#lists.refresh();
    else this.#dialog.close();
  }

  #act(type, fields, done) {
    return this.#try(this.#moderation.act(type, fields), { done });
  }

  async #decide(type, message, done) {
    const { client_message_id } = message;
    if (!(await this.#act(type, { client_message_id }, done))) this.#views.held.bringBack(message);
  }

  async #undo(act, list) {
    const { act_id } = act;
    const undoing = this.#moderation.undo(act_id);
    if (await this.#try(undoing, { done: gettext("Undone"), isUndo: true }))
      this.#lists.markUndone(act_id, this.#nameOfReader());
    else list.bringBack(act);
  }

  async #readMore() {
    await this.#lists.readMore().catch((error) => this.#tell(failureText(error)));
  }

  #jump(seq) {
    this.#dialog.close();
    this.#permalink.open(seq);
  }

  /** Say how it ended, and read everything again. Resolves with whether it was done. */
  async #try(work, { done = "", isUndo = false } = {}) {
    try {
      await work;
      this.#tell(done);
      return true;
    } catch (error) {
      this.#tell(failureText(error, { isUndo }));
      return false;
    } finally {
      this.#lists.refresh();
    }
  }

  #tell(text) {
    this.#parts.status.textContent = text;
  }
}
