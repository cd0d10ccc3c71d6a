/** Reactions to the reader's own messages, for screen readers. Loaded with the first one. */
import { gettext, interpolate, isolate, ngettext } from "../i18n.js";

const GATHER = 1_000; // ms
const PAUSE = 5_000; // ms between two announcements

/** Has screen readers read who reacted to the reader's own messages. */
export class ReactionNews {
  #announcer;
  #conversation;
  #nameOf;
  #emojiName;
  #waiting = new Map(); // {id, emoji} by message, emoji and author
  #timer = 0;
  #announcedAt = -PAUSE;

  constructor({ announcer, conversation, nameOf, emojiName }) {
    this.#announcer = announcer;
    this.#conversation = conversation;
    this.#nameOf = nameOf;
    this.#emojiName = emojiName;
  }

  /** `reacted` are pairs {before, after} of versions of the reader's messages. */
  add(reacted) {
    for (const { before, after } of reacted)
      for (const [key, news] of this.#newIn(before.reactions ?? [], after))
        this.#waiting.set(key, news);
    if (this.#waiting.size === 0) return;
    const since = performance.now() - this.#announcedAt;
    this.#timer ||= setTimeout(() => this.#announce(), Math.max(GATHER, PAUSE - since));
  }

  #newIn(before, { seq, reactions }) {
    const isOther = (id) => !this.#conversation.isMine({ author_id: id });
    return reactions.flatMap(({ emoji, count, author_ids }) => {
      const known = before.find((reaction) => reaction.emoji === emoji);
      const fresh = author_ids.filter((id) => isOther(id) && !known?.author_ids.includes(id));
      // Only the first authors are listed.
      const unlisted = fresh.length === 0 && count > Math.max(known?.count ?? 0, author_ids.length);
      const found = unlisted ? [undefined] : fresh;
      return found.map((id) => [`${seq} ${emoji} ${id ?? count}`, { id, emoji }]);
    });
  }

  #announce() {
    const news = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#timer = 0;
    this.#announcedAt = performance.now();
    const [{ id, emoji }] = news;
    this.#announcer.announceNext(
      news.length === 1
        ? interpolate(gettext("%(name)s reacted with %(emoji)s"), {
            name: isolate(this.#nameOf(id) ?? gettext("Someone")),
            emoji: this.#emojiName(emoji),
          })
        : interpolate(
            ngettext(
              "%(count)s new reaction to your messages",
              "%(count)s new reactions to your messages",
              news.length,
            ),
            { count: news.length },
          ),
    );
  }
}
