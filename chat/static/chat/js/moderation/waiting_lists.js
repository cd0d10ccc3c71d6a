/** What waits for a moderator: held messages and reported ones. */
import { gettext, interpolate, isolate, moment, ngettext } from "../i18n.js";
import { excerpt, parse, plainText } from "../messages/formatting.js";
import { latinKey } from "../ui/keyboard.js";
import { Rows } from "./rows.js";

const KEYS = { a: "approve", d: "decline" };
const SPOKEN = 300; // characters of a message that screen readers read at once
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Messages that wait to be approved. A key decides about the focused one, and the next one is
 * focused. Fires `approve` and `decline` {message}, and `jump` {seq}.
 */
export class HeldList extends EventTarget {
  #rows;
  #decided = new Set(); // ids: until the server has answered
  #messages = [];

  /** `rest` gets the focus when there is no row left. */
  constructor({ list, rest }) {
    super();
    this.#rows = new Rows({
      list,
      template: "held-message",
      keyOf: (message) => message.client_message_id,
      fill: fillHeld,
      rest,
    });
    list.addEventListener("click", ({ target }) => this.#do(actionOf(target), target));
    list.addEventListener("keydown", this.#keydown);
  }

  draw(messages) {
    this.#messages = messages;
    this.#rows.draw(messages.filter(({ client_message_id: id }) => !this.#decided.has(id)));
  }

  focus() {
    return this.#rows.focusFirst();
  }

  /** Show a message again: the server refused the decision. */
  bringBack({ client_message_id: id }) {
    this.#decided.delete(id);
    this.draw(this.#messages);
  }

  #keydown = (event) => {
    const { ctrlKey, metaKey, altKey, key, repeat, target } = event;
    if (ctrlKey || metaKey || altKey) return;
    const action = KEYS[latinKey(event).toLowerCase()];
    if (!action && !(key in STEPS)) return;
    event.preventDefault();
    if (key in STEPS) this.#rows.focusBeside(target, STEPS[key]);
    else if (!repeat) this.#do(action, target); // a key held down decides about one message
  };

  #do(action, element) {
    const message = action && this.#rows.itemOf(element);
    if (!message) return;
    if (action === "jump") {
      this.dispatchEvent(new CustomEvent("jump", { detail: { seq: message.reply_to_seq } }));
      return;
    }
    this.#decided.add(message.client_message_id);
    this.draw(this.#messages);
    this.dispatchEvent(new CustomEvent(action, { detail: { message } }));
  }
}

/**
 * Reported messages. Fires `remove`, `settle`, `mute` {report, seconds} (null is for good), and
 * `jump` {seq}.
 */
export class ReportList extends EventTarget {
  #rows;
  #canActOn;

  /** `canActOn(authorId)`: may the reader remove what this person wrote, and mute them? */
  constructor({ list, rest, canActOn }) {
    super();
    this.#canActOn = canActOn;
    this.#rows = new Rows({
      list,
      template: "reported-message",
      keyOf: ({ seq }) => seq,
      fill: (parts, report) => this.#fill(parts, report),
      rest,
    });
    list.addEventListener("click", this.#clicked);
    list.addEventListener("keydown", ({ key, target }) => {
      if (key in STEPS) this.#rows.focusBeside(target, STEPS[key]);
    });
  }

  draw(reports) {
    this.#rows.draw(reports);
  }

  focus() {
    return this.#rows.focusFirst();
  }

  #clicked = ({ target }) => {
    const action = actionOf(target);
    const report = action && this.#rows.itemOf(target);
    if (!report) return;
    if (action === "choose") {
      toggleChoice(target.closest("button"));
      return;
    }
    const { seq } = report;
    const { seconds } = target.closest("[data-seconds]")?.dataset ?? {};
    if (action === "mute") toggleChoice(target.closest("li").querySelector("[aria-expanded]"));
    const detail = { report, seq, seconds: Number(seconds) || null };
    this.dispatchEvent(new CustomEvent(action, { detail }));
  };

  #fill(parts, report) {
    fillMessage(parts, report, report.reported_at);
    parts.body.classList.toggle("waiting__body--gone", report.body === "");
    if (report.body === "") parts.body.textContent = gettext("Message deleted");
    parts.count.textContent = interpolate(
      ngettext("Reported by %(count)s person", "Reported by %(count)s people", report.count),
      { count: report.count },
    );
    parts.reasons.replaceChildren(...report.reasons.map(reason));
    parts.reasons.hidden = report.reasons.length === 0;
    const isAllowed = this.#canActOn(report.author_id);
    const canRemove = isAllowed && report.body !== "";
    if (!canRemove && document.activeElement === parts.remove) parts.message.focus();
    parts.remove.hidden = !canRemove;
    parts.choose.hidden = !isAllowed;
  }
}

function fillHeld(parts, message) {
  fillMessage(parts, message, message.held_at);
  parts.jump.hidden = message.reply_to_seq === null;
}

function fillMessage(parts, { author_name: name, body }, time) {
  parts.author.textContent = name;
  parts.body.textContent = body;
  parts.time.dateTime = time;
  parts.time.textContent = moment(new Date(time));
  parts.message.setAttribute(
    "aria-label",
    `${isolate(name)}: ${excerpt(plainText(parse(body)), SPOKEN)}`,
  );
}

function reason(text) {
  const item = document.createElement("li");
  item.dir = "auto";
  item.textContent = text;
  return item;
}

/** Show or hide the durations to choose from. */
function toggleChoice(button) {
  const isOpen = button.ariaExpanded === "true";
  const choice = button.closest("li").querySelector("[data-part=durations]");
  if (isOpen && choice.contains(document.activeElement)) button.focus();
  button.ariaExpanded = String(!isOpen);
  choice.hidden = isOpen;
}

function actionOf(element) {
  return element.closest("[data-desk-action]")?.dataset.deskAction;
}
