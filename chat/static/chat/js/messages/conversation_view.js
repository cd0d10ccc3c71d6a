/** The conversation on the page: drawing it, and following what the reader has seen of it. */
import { namesakes } from "../people/author.js";
import { oncePerFrame } from "../ui/dom.js";
import { groupMessages } from "./grouping.js";

const HIDDEN = Object.freeze({ hidden: true }); // stands for the target of a reply
const ABSENT = 60_000; // ms without a connection after which the reader did not follow along

/** Draws the timeline and the outbox. Fires `drawn`. */
export class ConversationView extends EventTarget {
  #notes;
  #rendered;
  #connection;
  #timeline;
  #conversation;
  #readMarker;
  #knownNames;
  #hues;
  #people;
  #list;
  #scroll;
  #permalink;
  #targets;
  #moderation;
  #hidden;
  #emojiName = (emoji) => emoji;
  #drawn = null;

  /**
   * `notes` are the elements {older, newer, beginning, empty} around the messages; `rendered` is
   * what the server rendered into the page, which is removed once there is something to show
   * instead.
   */
  constructor({
    notes,
    rendered,
    connection,
    timeline,
    conversation,
    readMarker,
    knownNames,
    hues,
    people,
    list,
    scroll,
    permalink,
    targets,
    moderation,
    hidden,
  }) {
    super();
    this.#notes = notes;
    this.#rendered = rendered;
    this.#connection = connection;
    this.#timeline = timeline;
    this.#conversation = conversation;
    this.#readMarker = readMarker;
    this.#knownNames = knownNames;
    this.#hues = hues;
    this.#people = people;
    this.#list = list;
    this.#scroll = scroll;
    this.#permalink = permalink;
    this.#targets = targets;
    this.#moderation = moderation;
    this.#hidden = hidden;
  }

  /** Call emoji by these names; before, they stand for themselves. */
  nameEmoji(emojiName) {
    this.#emojiName = emojiName;
    this.draw();
  }

  /** What the drawn rows show: {start, cursor, isCurrent}; null while there are none. */
  get drawn() {
    return this.#drawn;
  }

  /** The seq of the message at the top of the visible part; null at the end. */
  get topSeq() {
    return this.#scroll.pinned ? null : this.#list.seqOf(this.#scroll.topRows);
  }

  /** Draw with the next frame. */
  draw = oncePerFrame(() => this.#draw());

  /** Is the message at `seq` on the screen? */
  isInSight(seq) {
    const element = this.#list.elementOf(seq);
    return element !== null && this.#scroll.sideOf(element) === "within";
  }

  /** Go to the latest messages. */
  showLatest({ smooth = false } = {}) {
    const isFar = this.#timeline.isAway;
    this.#permalink.clear();
    this.#conversation.showLatest();
    this.#scroll.toBottom({ smooth: smooth && !isFar });
  }

  #draw() {
    this.#timeline.trim(this.#permalink.wanted ?? this.topSeq);
    const { ready, start, cursor } = this.#timeline;
    const { items } = this.#conversation;
    this.#scroll.keep(() => {
      this.#showNotes(items.length > 0);
      this.#drawRows(items);
    });
    const isCurrent = this.#connection.isSure && this.#conversation.isCurrent;
    this.#drawn = ready ? { start, cursor, isCurrent } : null;
    this.dispatchEvent(new CustomEvent("drawn"));
  }

  #showNotes(hasMessages) {
    const { ready, hasOlder, isAway } = this.#timeline;
    const isWhole = ready && !hasOlder;
    this.#notes.older.hidden = !ready || isWhole;
    this.#notes.newer.hidden = !isAway;
    this.#notes.beginning.hidden = !isWhole || !hasMessages;
    this.#notes.empty.hidden = !isWhole || hasMessages;
    if (ready) this.#rendered.remove();
  }

  #drawRows(items) {
    const { start } = this.#timeline;
    const hides = (item) => this.#hidden.hides(item);
    const isMine = (person) => this.#conversation.isMine(person);
    const newFrom = this.#readMarker.firstNew(items, {
      start,
      isIgnored: (item) => isMine(item) || hides(item),
    });
    const authors = items.map(({ author_id, author_name }) => ({ author_id, name: author_name }));
    this.#knownNames.add(authors, this.#conversation.you.name);
    this.#hues.meet({ authors: [...new Set(authors.map(({ author_id }) => author_id))] });
    const isNamesake = namesakes([...this.#people.present, ...authors]);
    const { mentions } = this.#knownNames;
    const roleOf = (id) => this.#moderation.roleOf(id);
    const targetOf = ({ reply_to_seq }) => {
      const target = this.#targets.of(reply_to_seq);
      return target && hides(target) ? HIDDEN : target;
    };
    this.#list.draw(groupMessages(items, { newFrom, hides }), {
      roleOf,
      isNamesake,
      mentions,
      targetOf,
      emojiName: this.#emojiName,
    });
    this.#people.mark({ isNamesake, roleOf });
  }
}

/**
 * Tells the read marker what the reader sees, and the bar above the conversation what they missed.
 */
export class ReadTracker {
  #view;
  #timeline;
  #readMarker;
  #list;
  #scroll;
  #permalink;
  #unreadBar;

  constructor({ view, timeline, readMarker, list, scroll, permalink, unreadBar }) {
    this.#view = view;
    this.#timeline = timeline;
    this.#readMarker = readMarker;
    this.#list = list;
    this.#scroll = scroll;
    this.#permalink = permalink;
    this.#unreadBar = unreadBar;
    document.addEventListener("visibilitychange", () => document.hidden && readMarker.pause());
  }

  /** Call at a welcome after `absence` ms: messages that were posted meanwhile are new. */
  returned(absence, { reset }) {
    if (absence > (reset ? 0 : ABSENT)) this.#readMarker.pause(Date.now() - absence);
  }

  /** Call after drawing and scrolling. */
  refresh() {
    const { drawn } = this.#view;
    if (document.hidden) this.#unreadBar.draw(null); // drawn again when the reader is back
    if (document.hidden || drawn === null) return;

    const { start, cursor, isCurrent } = drawn; // newer messages are not on the screen yet
    const { newLine } = this.#list;
    const line = newLine && this.#scroll.sideOf(newLine);
    if (line === "within") this.#readMarker.markSeen();
    const unseen = this.#readMarker.unseen({ start, above: line === "above" });
    this.#unreadBar.draw(unseen);
    if (!unseen && this.#isAtEnd) this.#readMarker.advance(cursor, { start, line, isCurrent });
  }

  get #isAtEnd() {
    return this.#scroll.pinned && !this.#timeline.isAway && this.#permalink.wanted === null;
  }
}
