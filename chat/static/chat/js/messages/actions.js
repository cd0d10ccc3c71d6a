/** What one can do with a message: one list behind the pill, the menu, the sheet and the keys. */
import { choices } from "../emoji/page_emoji.js";
import { gettext, interpolate, isolate } from "../i18n.js";
import { latinKey, MESSAGE_KEYS } from "../ui/keyboard.js";
import { deleteAfterAsking } from "./delete_question.js";
import { MessageMenu } from "./message_menu.js";
import { LongPress, MessagePill } from "./message_pill.js";

const COARSE = "(pointer: coarse)";

/** Constructed when somebody first points at a message or selects one. */
export class MessageActions {
  #announcer;
  #composer;
  #conversation;
  #list;
  #actions;
  #menu;
  #pill;

  /** `begun` is the latest event in the rows because of which this was loaded, or null. */
  constructor({ announcer, composer, conversation, copier, list, rows, begun, ...people }) {
    const { acts, moderation, person } = people;
    this.#announcer = announcer;
    this.#composer = composer;
    this.#conversation = conversation;
    this.#list = list;
    const isOthers = (item) => Boolean(item.seq) && !item.deleted_at && !conversation.isMine(item);
    const canRemove = ({ author_id }) => moderation.canActOn(author_id);
    const canPin = ({ deleted_at, seq }) => Boolean(seq) && !deleted_at && moderation.canModerate;
    this.#actions = {
      react: {
        isOffered: (item) => conversation.canReact(item),
        run: ({ item: { seq }, element }) => list.pickReaction(seq, element),
      },
      reply: {
        isOffered: (item) => conversation.canReply(item),
        run: ({ item }) => composer.startReply(item),
      },
      "copy-text": {
        isOffered: ({ deleted_at }) => !deleted_at,
        run: ({ item }) => copier.copyText(item.body),
      },
      "select-text": {
        isOffered: ({ deleted_at }) => !deleted_at && matchMedia(COARSE).matches,
        run: ({ element }) => selectText(element),
      },
      "copy-link": {
        isOffered: ({ seq }) => Boolean(seq),
        run: ({ item }) => copier.copyLink(item.seq),
      },
      edit: {
        isOffered: (item) => conversation.canEdit(item),
        run: ({ item }) => composer.startEdit(item),
      },
      pin: {
        isOffered: (item) => canPin(item) && !moderation.pins.includes(item.seq),
        run: async ({ item }) => (await acts())?.pin(item, true),
      },
      unpin: {
        isOffered: (item) => canPin(item) && moderation.pins.includes(item.seq),
        run: async ({ item }) => (await acts())?.pin(item, false),
      },
      report: {
        isOffered: (item) => isOthers(item) && moderation.isOffered && !canRemove(item),
        run: async ({ item }) => (await acts())?.report(item),
      },
      hide: {
        isOffered: (item) => isOthers(item) && !moderation.canModerate,
        label: ({ author_name: name }) =>
          interpolate(gettext("Hide messages from %(name)s"), { name: isolate(name) }),
        run: async ({ item }) => (await acts())?.hide(authorOf(item)),
      },
      person: {
        isOffered: ({ author_id, seq }) =>
          Boolean(seq) && !conversation.isMine({ author_id }) && moderation.canModerate,
        label: ({ author_name: name }) =>
          interpolate(gettext("More about %(name)s"), { name: isolate(name) }),
        run: ({ item, anchor }) => person(authorOf(item), anchor),
      },
      remove: {
        isOffered: (item) => isOthers(item) && canRemove(item),
        run: async ({ item }) => (await acts())?.remove(item),
      },
      delete: {
        isOffered: (item) => conversation.canDelete(item),
        run: ({ item }) => this.ask({ item }),
      },
    };
    this.#menu = new MessageMenu({ actions: this });
    this.#pill = new MessagePill({ rows, actions: this, menu: this.#menu });
    const press = new LongPress({ rows, open: (element) => this.#menu.open(element) });
    this.#pill.begin(rows);
    if (begun?.type === "pointerdown") press.begin(begun);
  }

  /** The names of what is offered for the message of this element. */
  offered(element) {
    const item = this.#list.itemOf(element);
    if (!item) return new Set();
    const offered = Object.entries(this.#actions).filter(([, action]) => action.isOffered(item));
    return new Set(offered.map(([name]) => name));
  }

  /** `anchor` is where the action was chosen. */
  run(name, element, anchor = element) {
    if (this.offered(element).has(name))
      this.#actions[name].run({ item: this.#list.itemOf(element), element, anchor });
  }

  /** The text of an action that names the author. */
  label(name, element) {
    return this.#actions[name].label(this.#list.itemOf(element));
  }

  /** React with this emoji, or no longer. */
  react(emoji, element) {
    if (!this.offered(element).has("react")) return;
    const item = this.#list.itemOf(element);
    const isOn = !this.reactions(element).has(emoji);
    if (isOn) choices.add(emoji);
    this.#conversation.react(item, emoji, isOn);
  }

  /** The reader's own reactions to the message of this element. */
  reactions(element) {
    const { reactions = [] } = this.#list.itemOf(element);
    return new Set(reactions.filter(({ mine }) => mine).map(({ emoji }) => emoji));
  }

  /** A key was pressed while this message was selected. */
  press({ event, message }) {
    if (event.key === "Enter") this.#menu.open(message);
    else this.run(MESSAGE_KEYS[latinKey(event)], message);
  }

  /** Edit the reader's last message. */
  editLast() {
    const canEdit = (item) => this.#conversation.canEdit(item);
    const item = this.#conversation.items.findLast(canEdit);
    if (item) this.#composer.startEdit(item);
  }

  saveEdit({ item, body }) {
    this.#conversation.edit(item, body);
    this.#announcer.announceText(gettext("Edited"));
  }

  /** Go on with an edit that was refused. */
  editAgain({ item }) {
    this.#composer.startEdit(item, item.refused_body);
    this.#conversation.dismiss(item);
  }

  dismiss({ item }) {
    this.#conversation.dismiss(item);
  }

  /** Ask whether to delete this message. */
  ask({ item }) {
    deleteAfterAsking(item, () => {
      this.#conversation.delete(item);
      this.#announcer.announceText(gettext("Message deleted"));
      this.#composer.stopEdit(item);
    });
  }

  /** The conversation was drawn. */
  refresh() {
    this.#pill.refresh();
  }
}

function authorOf({ author_id, author_name: name }) {
  return { author_id, name };
}

/** On touch screens a long press opens the sheet, so text is selected from there. */
function selectText(element) {
  const body = element.querySelector("[data-part=body]");
  element.dataset.selecting = "";
  getSelection().selectAllChildren(body);
  document.addEventListener("selectionchange", function changed() {
    const { isCollapsed, anchorNode } = getSelection();
    if (!isCollapsed && body.contains(anchorNode)) return;
    delete element.dataset.selecting;
    document.removeEventListener("selectionchange", changed);
  });
}
