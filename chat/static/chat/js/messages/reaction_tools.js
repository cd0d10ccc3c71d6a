/** Constructs and connects what reactions need only when somebody uses them. */
import { loadCatalog } from "../emoji/page_emoji.js";
import { openEmojiPicker } from "../emoji/picker.js";
import { config, part } from "../page.js";
import { ReactionNews } from "./reaction_news.js";
import { Reactors } from "./reactors.js";

/** Returns what panels.js calls: {pick, explore, announce}. */
export function addReactionTools({ announcer, conversation, people, view }) {
  const nameOf = (id) => {
    const person = people.present.find(({ author_id }) => author_id === id);
    const author = conversation.items.findLast(({ author_id }) => author_id === id);
    return person?.name ?? author?.author_name;
  };
  const reactors = new Reactors({
    scroller: part("stream"),
    url: config.reactions_url,
    conversation,
    nameOf,
  });
  view.addEventListener("drawn", () => reactors.refresh());

  let emojiName = (emoji) => emoji;
  const named = loadCatalog().then(
    (catalog) => {
      emojiName = (emoji) => catalog.itemOf(emoji)?.name ?? emoji;
      view.nameEmoji(emojiName);
    },
    () => {}, // they stand for themselves
  );
  const news = new ReactionNews({
    announcer,
    conversation,
    nameOf,
    emojiName: (emoji) => emojiName(emoji),
  });

  return {
    pick({ seq, button }) {
      const choose = (emoji) => conversation.react({ seq }, emoji, true); // it may be off the page
      openEmojiPicker({ anchor: button, choose });
    },
    explore: (event) => reactors.handle(event),
    announce: (reacted) => named.then(() => news.add(reacted)),
  };
}
