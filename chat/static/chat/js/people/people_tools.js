/**
 * Connects what one can do about people: mention them, hide them, and moderate the room; and why
 * one may not write. Most of it is loaded when it is first used.
 */
import { gettext } from "../i18n.js";
import { part, parts } from "../page.js";
import { once } from "../ui/dom.js";
import { HiddenList } from "./people.js";

/** Returns {acts, person}, which load the Acts and open the menu of a person. */
export function addPeopleTools(core) {
  const mention = addMentions(core);
  addWritingNote(core);
  return addActs({ mention, ...core });
}

function addActs({ hidden, list, mention, moderation, people, status }) {
  const acts = once(async () => {
    const { Acts } = await import("./acts.js");
    return new Acts({ moderation, hidden });
  });
  const menu = once(async () => {
    const [loaded, { PersonMenu }] = await Promise.all([acts(), import("./person_menu.js")]);
    return new PersonMenu({ acts: loaded, hidden, moderation, mention });
  });
  /** Open the menu of {author_id, name} beside `anchor`. */
  const person = async (someone, anchor) => {
    const loaded = await menu();
    if (loaded) loaded.open(someone, anchor);
    else status.notice(gettext("Parts of this page didn't load. Reload it to try again."));
  };
  people.addEventListener("menu", ({ detail }) => person(detail.person, detail.anchor));
  list.addEventListener("reveal", ({ detail: { items } }) => hidden.reveal(items));
  addEventListener("storage", (event) => hidden.follow(event));
  new HiddenList({ ...parts("hidden", "section", "list"), hidden });
  return { acts, person };
}

/** The picker is loaded when one begins to write. Returns a function that mentions a person. */
function addMentions({ connection, conversation, hues, people }) {
  const field = part("composer-field");
  let picker = null;
  const offerOthers = () => {
    if (picker) picker.people = people.present.filter((person) => !conversation.isMine(person));
  };
  const load = once(async () => {
    const { MentionPicker } = await import("../composer/suggestions.js");
    const elements = { list: part("mentions"), status: part("mentions-status") };
    picker = new MentionPicker({ field, hues, ...elements });
    offerOthers();
    return picker;
  });
  for (const type of ["welcome", "people.changed"]) connection.addEventListener(type, offerOthers);
  field.addEventListener("focus", load);
  if (document.activeElement === field) load();
  const mention = async ({ name }) => {
    if (part("people").matches(":popover-open")) part("people").hidePopover();
    (await load())?.insert(name);
  };
  people.addEventListener("mention", ({ detail }) => mention(detail));
  return mention;
}

/** Why one may not write now. It is loaded when that is so. */
function addWritingNote({ announcer, composer, moderation }) {
  const load = once(async () => {
    const { WritingNote } = await import("../composer/writing_note.js");
    return new WritingNote({
      ...parts("writing", "note", "text", "countdown"),
      announcer,
      moderation,
    });
  });
  const follow = () => (moderation.closed !== null || moderation.isPaused) && load();
  moderation.addEventListener("change", follow);
  follow();
  composer.addEventListener("kept", async () => (await load())?.repeat());
}
