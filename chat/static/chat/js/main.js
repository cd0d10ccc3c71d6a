/** Builds the parts of a room's conversation and ties them together. Nothing else knows of more than its own concern. */
import { Announcer } from "./ui/announcer.js";
import { groupMessages } from "./messages/grouping.js";
import { Composer } from "./composer/composer.js";
import { Connection } from "./net/connection.js";
import { Conversation } from "./model/conversation.js";
import { DayPill } from "./messages/day_pill.js";
import { Delivery } from "./net/delivery.js";
import { Draft } from "./composer/draft.js";
import { Pager } from "./messages/pager.js";
import { Hues } from "./people/hues.js";
import { gettext } from "./i18n.js";
import { JumpDialog } from "./ui/jump_dialog.js";
import { KnownNames } from "./model/known_names.js";
import { OfflineSnapshotView } from "./ui/offline_snapshot_view.js";
import { LatestButton } from "./ui/latest_button.js";
import { LinkCopier } from "./messages/link_copier.js";
import { MessageKeys } from "./messages/message_keys.js";
import { MessageList } from "./messages/message_list.js";
import { UnreadBar } from "./ui/unread_bar.js";
import { NameField } from "./people/name_field.js";
import { nameMemory } from "./people/name_memory.js";
import { namesakes } from "./people/namesakes.js";
import { Notifications } from "./ui/notifications.js";
import { oncePerFrame } from "./ui/once_per_frame.js";
import { Outbox } from "./net/outbox.js";
import { config, key, part, parts, storage } from "./page.js";
import { People } from "./people/people.js";
import { ReadMarker } from "./model/read_marker.js";
import { roomTitle } from "./rooms/room_title.js";
import { MentionPicker } from "./composer/mention_picker.js";
import { Permalink } from "./messages/permalink.js";
import { newestIn, HttpFallback } from "./net/http_fallback.js";
import { Scroll } from "./messages/scroll.js";
import { takeShared } from "./composer/shared_text.js";
import { ServiceWorkerSetup } from "./ui/service_worker.js";
import { Shortcuts } from "./ui/shortcuts.js";
import { SkipLinks } from "./ui/skip_links.js";
import { Snapshots } from "./model/snapshots.js";
import { StatusLine } from "./ui/status_line.js";
import { buildSurroundings } from "./surroundings.js";
import { Timeline } from "./model/timeline.js";
import { TypingAnywhere } from "./ui/typing_anywhere.js";
import { TypingLine } from "./people/typing_line.js";
import { UnreadBadge } from "./ui/unread_badge.js";
import { NetworkWatcher } from "./net/network_watcher.js";

const ABSENT = 60_000; // ms without the server after which nobody is taken to have read along

// The model

const timeline = new Timeline();
const outbox = new Outbox({ storage, prefix: key("outbox") });
const conversation = new Conversation({ timeline, outbox });
const connection = new Connection({ url: config.socket_url, cursor: () => timeline.cursor });
const delivery = new Delivery({ outbox, connection, lockName: key("outbox") });
const readMarker = new ReadMarker({ storage, key: key("read") });
const known = new KnownNames();
const hues = new Hues({ storage, key: key("hues") });
const snapshots = new Snapshots({
  cache: `${config.site_storage_key}:rooms`,
  address: location.pathname,
  build: config.build,
});
const serviceWorker = new ServiceWorkerSetup({
  url: config.worker_url,
  root: config.root,
  build: config.build,
});
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
const older = new Pager({
  scroller: part("stream"),
  sentinel: part("older"),
  ahead: "800px 0px 0px 0px",
  question: () => timeline.older,
  connection,
});
const newer = new Pager({
  scroller: part("stream"),
  sentinel: part("newer"),
  ahead: "0px 0px 800px 0px",
  question: () => timeline.newer,
  connection,
});
const permalink = new Permalink({ timeline, conversation, connection, list, scroll });
const latest = new LatestButton({
  button: part("latest"),
  label: part("latest-label"),
  scroll,
  onClick: () => toLatest({ smooth: true }),
});
const posted = (id) =>
  document.querySelector(
    `[data-rendered] [data-client-message-id="${CSS.escape(id)}"] .message__body`,
  )?.textContent;
const composer = new Composer({
  ...parts(
    "composer-form",
    "composer-field",
    "composer-counter",
    "composer-announcement",
    "composer-notice",
    "composer-refusal",
  ),
  draft: new Draft({ storage, key: key("draft"), posted }),
});
const mentions = new MentionPicker({
  field: part("composer-field"),
  list: part("mentions"),
  status: part("mentions-status"),
  hues,
});
const people = new People({
  ...parts("people-list", "people-more", "people-none", "people-filter"),
  counts: document.querySelectorAll("[data-people-count]"),
  isMine,
  hues,
});
const typing = new TypingLine({ element: part("typing"), label: part("typing-label"), isMine });
const name = new NameField({
  parts: parts("name-shown", "name-open", "name-form", "name-input", "name-cancel", "name-error"),
  connection,
  remember: nameMemory({ url: config.name_url, token: config.csrf_token }),
});
const status = new StatusLine({
  parts: parts("status-line", "status-text", "status-people", "status-countdown", "status-now"),
  wake: () => connection.open(),
});
const kept = new OfflineSnapshotView({
  note: part("offline-note"),
  scroll,
  snapshots,
  conversation,
  connection,
  newest: () => newestIn(part("rendered")),
});
const badge = new UnreadBadge({ icon: part("icon") });
const unreadBar = new UnreadBar({
  bar: part("unread-bar"),
  ...parts("unread-bar-jump", "unread-bar-label", "unread-bar-dismiss"),
  url: config.missed_url,
});
const jump = new JumpDialog({
  ...parts("jump-dialog", "jump-opener", "jump-form", "jump-input", "jump-error"),
  url: config.at_url,
});
const notifications = new Notifications({
  parts: parts("notifications-dialog", "notifications-opener", "notifications-form", "notifications-note"),
  storage,
  key: key("notices"),
  title: () => roomTitle(conversation.room ?? config.room),
  icon: part("touch-icon").href,
  cursor: () => timeline.cursor,
  mentionsMe: ({ body }) => known.mentionsMe(body),
});
const httpFallback = new HttpFallback({
  connection,
  outbox,
  form: part("composer-form"),
  address: config.address,
  probe: config.rooms_url,
  rendered: () => part("rendered"),
  cursor: () => timeline.cursor,
  name: () => name.pending,
});
const announcer = new Announcer({ region: part("announcer") });
new MessageKeys({ stream: part("stream"), rows: part("messages"), leave: () => permalink.leave() });
const pill = new DayPill({
  pill: part("day-pill"),
  label: part("day-pill-label"),
  scroll,
  onClick: () => jump.open(),
});
new Shortcuts({
  ...parts("shortcuts-dialog", "shortcuts-opener"),
  toLatest: ({ andWrite }) => {
    toLatest({ smooth: true });
    if (andWrite) composer.focus();
  },
});
new TypingAnywhere({ composer }); // after the keys that mean something else
new SkipLinks({ links: document.querySelectorAll("[data-skip]") });
const { rooms, trouble } = buildSurroundings({
  connection,
  actions: {
    notices: () => notifications.openSettings(),
    jump: () => jump.open(),
    shortcuts: () => part("shortcuts-dialog").showModal(),
  },
});

let drawn = null; // how far the rows on the page go: {start, cursor, isCurrent}, as ReadMarker.advance takes them

const paint = oncePerFrame(() => {
  timeline.trim(permalink.wanted ?? (scroll.pinned ? null : list.seqOf(scroll.place)));
  const { ready, hasOlder, start, cursor } = timeline;
  const items = conversation.items;
  scroll.keep(() => {
    const whole = ready && !hasOlder;
    part("older").hidden = !ready || whole;
    part("newer").hidden = !timeline.isAway;
    part("beginning").hidden = !whole || items.length === 0;
    part("empty").hidden = !whole || items.length > 0;
    if (ready) part("rendered")?.remove();
    const newFrom = readMarker.firstNew(items, { start, isMine });
    known.meet(
      items.map((item) => item.author_name),
      conversation.you.name,
    );
    hues.meet({ authors: [...new Set(items.map((item) => item.author_id))] });
    const authors = items.map(({ author_id, author_name }) => ({ author_id, name: author_name }));
    const isNamesake = namesakes([...people.present, ...authors]);
    list.draw(groupMessages(items, { newFrom }), { isNamesake, mentions: known.mentions });
    people.markNamesakes(isNamesake);
  });
  drawn = ready ? { start, cursor, isCurrent: connection.isSure && conversation.isCurrent } : null;
  permalink.refresh();
  older.refresh();
  newer.refresh();
  look();
});

// What happens

connection.addEventListener("state", ({ detail: state }) => {
  part("chat").dataset.connection = state.name;
  status.connection(state);
  if (!connection.connected) typing.draw([]);
  trouble.show(connection.connected || timeline.ready ? null : state.code);
});
httpFallback.addEventListener("change", () => {
  part("chat").toggleAttribute("data-http-fallback", httpFallback.isOn);
  status.blocked = httpFallback.isOn;
});
connection.addEventListener("welcome", ({ detail: frame }) => {
  conversation.welcome(frame);
  greet(frame);
  if (connection.absence > (frame.reset ? 0 : ABSENT))
    readMarker.pause(Date.now() - connection.absence);
  rooms.enter(frame.room);
  serviceWorker.connected();
  showPeople(frame.people, frame.count);
  delivery.run();
});
connection.addEventListener(
  "room.changed",
  ({ detail: frame }) => conversation.apply(frame) || connection.drop(),
);
connection.addEventListener("sure", paint);
connection.addEventListener("people.changed", ({ detail: frame }) =>
  showPeople(frame.people, frame.count),
);
people.addEventListener("mention", ({ detail }) => {
  if (part("people").matches(":popover-open")) part("people").hidePopover();
  mentions.insert(detail.name);
});
connection.addEventListener("typing", ({ detail: frame }) => typing.draw(frame.people));

kept.addEventListener("shown", ({ detail: greeting }) => greet(greeting));
conversation.addEventListener("change", paint);
conversation.addEventListener("posted", ({ detail: { messages } }) => {
  latest.count(messages);
  badge.count(messages);
  notifications.notify(messages);
  announcer.announce(messages);
});
conversation.addEventListener("reset", ({ detail: { replaced } }) => {
  const seq = scroll.pinned ? null : list.seqOf(scroll.place); // as still drawn
  if (replaced)
    status.notice(gettext("This room was restored on the server. These are its latest messages."));
  else if (seq !== null) permalink.visit(seq, { calmly: true });
  else status.notice(gettext("You missed a lot. Showing the latest."));
});
older.addEventListener("page", ({ detail: { page, question } }) =>
  conversation.prepend(page, question),
);
newer.addEventListener("page", ({ detail: { page, question } }) =>
  conversation.append(page, question),
);
unreadBar.addEventListener("shown", ({ detail: { text } }) => announcer.say(text));
unreadBar.addEventListener("jump", ({ detail: { seq } }) => {
  readMarker.markSeen();
  permalink.visit(seq);
  paint();
});
unreadBar.addEventListener("dismiss", () => {
  readMarker.markAllRead();
  paint();
});
jump.addEventListener("jump", ({ detail: { seq, notice } }) => {
  if (notice)
    status.notice(notice, { isThere: () => (seq === null ? scroll.pinned : isInSight(seq)) });
  if (seq === null) toLatest();
  else permalink.open(seq);
});
permalink.addEventListener("missing", ({ detail: { linked } }) => {
  status.notice(
    linked
      ? gettext("The message in this link is not in this room.")
      : gettext("That message is not there any more."),
  );
});
permalink.addEventListener("left", () => timeline.isAway && toLatest());

composer.addEventListener("send", ({ detail: { body, client_message_id } }) => {
  readMarker.markAllRead();
  name.settle();
  outbox.add({ body, client_message_id, author_id: conversation.you.author_id });
  toLatest();
});
composer.addEventListener("typing", () => connection.command("typing.start").catch(() => {}));
list.addEventListener("retry", ({ detail: { id } }) =>
  outbox.retry(id, conversation.you.author_id),
);
list.addEventListener("fold", ({ detail: { anchor, by, change } }) =>
  scroll.steady(anchor, change, { by }),
);
new LinkCopier({ list, announcer }).addEventListener("failed", ({ detail: { seq } }) => {
  permalink.open(seq);
  status.notice(gettext("Your browser could not copy the link. It is in the address bar."));
});
list.addEventListener("discard", ({ detail: { id } }) => outbox.discard(id));
outbox.addEventListener("waiting", () => delivery.run());
addEventListener("storage", (event) => {
  outbox.follow(event);
  delivery.runLater();
});
name.addEventListener("left", () => composer.focus());
name.addEventListener("change", ({ detail }) => conversation.rename(detail.name));
part("stream").addEventListener("scroll", look, { passive: true });
addEventListener("resize", paint); // long messages have other heights
document.addEventListener("visibilitychange", () => {
  if (document.hidden) readMarker.pause();
  paint();
});

new NetworkWatcher().addEventListener("wake", () => {
  connection.wake();
  status.connection(connection.state); // "offline" may have become untrue
  paint(); // "Today" may have become untrue
});

composer.offer(takeShared());
serviceWorker.install();
paint();
connection.open();
if (matchMedia("(pointer: fine)").matches && document.activeElement === document.body)
  composer.focus();

/** What the server said of the room and the reader, now or at an earlier visit. */
function greet({ epoch, limits, room, you }) {
  readMarker.welcome({ epoch });
  composer.limit = limits.body;
  for (const title of document.querySelectorAll("[data-room-title]"))
    title.textContent = roomTitle(room);
  badge.title = roomTitle(room);
  name.greet(you.name);
  trouble.show(null);
}

function isInSight(seq) {
  const element = list.elementOf(seq);
  return element !== null && scroll.sideOf(element) === "within";
}

function toLatest({ smooth = false } = {}) {
  const far = timeline.isAway;
  permalink.leave();
  conversation.leave();
  scroll.toBottom({ smooth: smooth && !far });
}

/** Take note of what the reader sees, if they look. */
function look() {
  status.refresh();
  pill.refresh();
  if (document.hidden) unreadBar.draw(null); // and anew, with what came meanwhile, once they look
  if (document.hidden || drawn === null) return;
  const { start, cursor, isCurrent } = drawn; // what came since then nobody has seen
  const line = list.line && scroll.sideOf(list.line);
  if (line === "within") readMarker.markSeen();
  const unseen = readMarker.unseen({ start, above: line === "above" });
  unreadBar.draw(unseen);
  const isElsewhere = timeline.isAway || permalink.wanted !== null || !scroll.pinned;
  if (unseen || isElsewhere) return; // they have seen the end alone, or not even that
  readMarker.advance(cursor, { start, line, isCurrent });
}

function showPeople(present, count) {
  hues.meet({ present: present.map((person) => person.author_id) });
  people.draw({ people: present, count });
  known.meet(
    present.map((person) => person.name),
    conversation.you.name,
  );
  paint(); // somebody may have another's name
  mentions.people = present.filter((person) => !isMine(person));
  status.people(count);
  rooms.count(count);
}
