/** Constructs the parts of a room's page and connects them. */
import { Composer } from "./composer/composer.js";
import { Draft, takeSharedText } from "./composer/draft.js";
import { gettext, roomTitle } from "./i18n.js";
import { ConversationView, ReadTracker } from "./messages/conversation_view.js";
import { DayPill, MessageList } from "./messages/message_list.js";
import { Copier, Permalink } from "./messages/permalink.js";
import { Pager, Scroll } from "./messages/scroll.js";
import { Changes, OwnReactions } from "./model/changes.js";
import { Conversation } from "./model/conversation.js";
import { KnownNames } from "./model/mentions.js";
import { Moderation } from "./model/moderation.js";
import { ReadMarker } from "./model/read_marker.js";
import { Targets } from "./model/targets.js";
import { Timeline } from "./model/timeline.js";
import { Connection, NetworkWatcher } from "./net/connection.js";
import { Delivery } from "./net/delivery.js";
import { Outbox } from "./net/outbox.js";
import { config, key, part, parts, postedText, siteKey, storage } from "./page.js";
import { HiddenPeople, Hues } from "./people/author.js";
import { NameField, nameMemory } from "./people/name_field.js";
import { People, TypingLine } from "./people/people.js";
import { MessageKeys, Shortcuts, SkipLinks, TypingAnywhere } from "./ui/keyboard.js";
import { Announcer, LatestButton, PageTitle, UnreadBar } from "./ui/new_messages.js";
import { ConnectionHelp, StatusLine } from "./ui/status_line.js";

// The model

const timeline = new Timeline();
const outbox = new Outbox({ storage, prefix: key("outbox") });
const changes = new Changes({ storage, prefix: key("changes") });
const reacted = new OwnReactions({ storage, key: key("reacted") });
const hidden = new HiddenPeople({ storage, key: siteKey("hidden") });
const conversation = new Conversation({
  timeline,
  outbox,
  changes,
  reacted,
  hidden,
  editMinutes: config.edit_minutes,
});
const connection = new Connection({ url: config.socket_url, cursor: () => timeline.cursor });
const moderation = new Moderation({ connection });
const targets = new Targets({ conversation, connection });
const delivery = new Delivery({
  outbox,
  changes,
  conversation,
  connection,
  moderation,
  lockName: key,
});
const readMarker = new ReadMarker({ storage, key: key("read") });
const knownNames = new KnownNames();
const hues = new Hues({ storage, key: key("hues") });
const isMine = (person) => conversation.isMine(person);

// The page

const scroll = new Scroll({
  scroller: part("stream"),
  content: part("stream-content"),
  rows: part("messages"),
  isOpenEnded: () => !part("newer").hidden,
  isEmpty: () => !part("empty").hidden,
});
const list = new MessageList({ root: part("messages"), isMine, hues });
const permalink = new Permalink({ timeline, conversation, connection, list, scroll });
const pager = (name, ahead) =>
  new Pager({
    scroller: part("stream"),
    sentinel: part(name),
    ahead,
    question: () => timeline[name],
    connection,
  });
const older = pager("older", "800px 0px 0px 0px");
const newer = pager("newer", "0px 0px 800px 0px");
const people = new People({
  ...parts("people", "list", "more", "none", "filter"),
  counts: document.querySelectorAll("[data-people-count]"),
  isMine,
  hues,
});
const view = new ConversationView({
  notes: {
    older: part("older"),
    newer: part("newer"),
    beginning: part("beginning"),
    empty: part("empty"),
  },
  rendered: part("rendered"),
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
});
const unreadBar = new UnreadBar({
  bar: part("unread-bar"),
  ...parts("unread-bar", "jump", "label", "dismiss"),
  url: config.missed_url,
});
const readTracker = new ReadTracker({
  view,
  timeline,
  readMarker,
  list,
  scroll,
  permalink,
  unreadBar,
});
const dayPill = new DayPill({ pill: part("day-pill"), label: part("day-pill-label"), scroll });
const latestButton = new LatestButton({
  button: part("latest"),
  label: part("latest-label"),
  scroll,
});
const composer = new Composer({
  ...parts("composer", "form", "field", "counter", "announcement", "notice", "refusal"),
  ...parts("composer", "mode", "doing", "stop", "send"),
  find: (seq) => targets.of(seq),
  mayPost: () => moderation.closed === null && !moderation.isPaused,
  draft: new Draft({ storage, key: key("draft"), posted: postedText }),
});
const typing = new TypingLine({ element: part("typing"), label: part("typing-label"), isMine });
const name = new NameField({
  parts: parts("name", "shown", "open", "form", "input", "cancel", "error"),
  connection,
  remember: nameMemory({ url: config.name_url, token: config.csrf_token }),
});
const status = new StatusLine(parts("status", "line", "text", "people", "countdown", "now"));
const help = new ConnectionHelp({
  sections: document.querySelectorAll("[data-connection-help]"),
});
const announcer = new Announcer({ region: part("announcer") });
const pageTitle = new PageTitle({
  icon: part("icon"),
  headings: document.querySelectorAll("[data-room-title]"),
});
const copier = new Copier({ list, announcer, permalink, status });
const messageKeys = new MessageKeys({ stream: part("stream"), rows: part("messages") });
const shortcuts = new Shortcuts(parts("shortcuts", "dialog", "opener"));
new TypingAnywhere({ composer }); // after the keys that mean something else
new SkipLinks({ links: document.querySelectorAll("[data-skip]") });

// The connection

connection.addEventListener("state", ({ detail: state }) => {
  part("chat").dataset.connection = state.name;
  status.connection(state);
  if (!connection.connected) typing.draw([]);
  help.show(connection.connected || timeline.ready ? null : state.code);
});
connection.addEventListener("welcome", ({ detail: frame }) => {
  conversation.welcome(frame);
  greet(frame);
  readTracker.returned(connection.absence, frame);
  showPeople(frame);
  delivery.run();
});
connection.addEventListener("room.changed", ({ detail: frame }) => {
  if (!conversation.apply(frame)) connection.drop();
});
connection.addEventListener("sure", view.draw);
connection.addEventListener("people.changed", ({ detail: frame }) => showPeople(frame));
connection.addEventListener("typing", ({ detail: frame }) => typing.draw(frame.people));
new NetworkWatcher().addEventListener("wake", () => {
  connection.wake();
  status.connection(connection.state); // "offline" may have become untrue
  view.draw(); // "Today" may have become untrue
});

// Reading

conversation.addEventListener("change", view.draw);
conversation.addEventListener("posted", ({ detail: { messages } }) => {
  latestButton.count(messages);
  pageTitle.count(messages);
  announcer.announce(messages);
  panels.then((added) => added?.notifications.notify(messages)); // they may still be loading
});
conversation.addEventListener("reset", ({ detail: { replaced } }) => {
  const seq = view.topSeq; // of what is still drawn
  if (replaced)
    status.notice(gettext("This room was restored on the server. These are its latest messages."));
  else if (seq !== null) permalink.visit(seq, { keepsFocus: true });
  else status.notice(gettext("You missed a lot. Showing the latest."));
});
conversation.addEventListener("dropped", () => {
  status.notice(gettext("This room was restored on the server. Your unsent changes are gone."));
});
for (const known of [targets, moderation, hidden]) known.addEventListener("change", view.draw);
view.addEventListener("drawn", () => {
  permalink.refresh();
  older.refresh();
  newer.refresh();
  look();
});
part("stream").addEventListener("scroll", look, { passive: true });
addEventListener("resize", view.draw); // long messages have other heights
document.addEventListener("visibilitychange", view.draw);
older.addEventListener("page", ({ detail }) => conversation.prepend(detail.page, detail.question));
newer.addEventListener("page", ({ detail }) => conversation.append(detail.page, detail.question));
unreadBar.addEventListener("shown", ({ detail: { text } }) => announcer.announceText(text));
unreadBar.addEventListener("jump", ({ detail: { seq } }) => {
  readMarker.markSeen();
  permalink.visit(seq);
  view.draw();
});
unreadBar.addEventListener("dismiss", () => {
  readMarker.markAllRead();
  view.draw();
});
permalink.addEventListener("missing", ({ detail: { linked } }) => {
  if (linked) status.notice(gettext("The message in this link is not in this room."));
  else status.notice(gettext("That message no longer exists."));
});
permalink.addEventListener("left", () => timeline.isAway && view.showLatest());
latestButton.addEventListener("click", () => view.showLatest({ smooth: true }));
messageKeys.addEventListener("leave", () => permalink.clear());
shortcuts.addEventListener("latest", () => view.showLatest({ smooth: true }));
shortcuts.addEventListener("write", () => composer.focus());
list.addEventListener("fold", ({ detail: { anchor, by, change } }) => {
  scroll.steady(anchor, change, { by });
});

// Writing

composer.addEventListener("send", ({ detail: message }) => {
  readMarker.markAllRead();
  name.settle();
  conversation.post(message);
  view.showLatest();
});
for (const known of [conversation, targets])
  known.addEventListener("change", () => composer.refresh());
composer.addEventListener("typing", () => connection.command("typing.start").catch(() => {}));
list.addEventListener("retry", ({ detail }) => outbox.retry(detail.id, conversation.you.author_id));
list.addEventListener("discard", ({ detail: { id } }) => outbox.discard(id));
addEventListener("storage", (event) => delivery.follow(event));
name.addEventListener("left", () => composer.focus());
name.addEventListener("change", ({ detail }) => conversation.rename(detail.name));
status.addEventListener("retry", () => connection.open());

composer.append(takeSharedText());
view.draw();
connection.open();
if (matchMedia("(pointer: fine)").matches && document.activeElement === document.body)
  composer.focus();

// Everything else is loaded while the connection is being opened.
const model = { connection, conversation, knownNames, moderation, outbox, targets, timeline };
const shown = { composer, dayPill, list, name, people, permalink, scroll, status, view };
const tools = { announcer, copier, greet, hidden, hues, messageKeys, shortcuts };
const panels = import("./panels.js").then(
  ({ addPanels }) => addPanels({ ...model, ...shown, ...tools }),
  () => {
    reportMissingPanels();
    connection.addEventListener("welcome", reportMissingPanels); // unseen without a connection
  },
);

/** Show what the server, or a saved snapshot, says about the room and the reader. */
function greet({ epoch, limits, room, you }) {
  readMarker.welcome({ epoch });
  composer.limit = limits.body;
  pageTitle.title = roomTitle(room);
  name.greet(you.name);
  help.show(null);
}

function showPeople({ people: present, count }) {
  hues.meet({ present: present.map(({ author_id }) => author_id) });
  people.draw({ people: present, count });
  knownNames.add(present, conversation.you.name);
  view.draw(); // there may be namesakes now
  status.people(count);
}

function look() {
  status.refresh();
  dayPill.refresh();
  readTracker.refresh();
}

function reportMissingPanels() {
  status.notice(gettext("Parts of this page didn't load. Reload it to try again."));
}
