/**
 * Constructs and connects what surrounds the conversation: rooms, invitations, dialogs, mentions,
 * notifications, and what works without a server. None of it is needed to connect, to read or to
 * write, so main.js loads this module when the connection is on its way.
 */
import { gettext, roomTitle } from "./i18n.js";
import { config, key, keyIn, newestRendered, part, parts, siteKey, storage } from "./page.js";
import { addPeopleTools } from "./people/people_tools.js";
import { NewRoomForm } from "./rooms/room_list.js";
import { Rooms } from "./rooms/rooms.js";
import { Invite, ShareDialog } from "./rooms/share.js";
import { closeOnBackdrop, once } from "./ui/dom.js";
import { FormattingKeys } from "./ui/keyboard.js";
import { Desk, Drawer, JumpDialog, Menu, ThemeSwitch } from "./ui/menu.js";
import { Notifications } from "./ui/notifications.js";
import { OfflineSnapshotView, ServiceWorkerSetup, Snapshots } from "./ui/offline.js";

/** `core` are the parts that main.js has constructed. Returns those that main.js needs. */
export function addPanels(core) {
  addRooms(core);
  addInvitations();
  new Drawer({ panel: part("people"), wide: "(min-width: 60rem)" });
  const { acts, person } = addPeopleTools(core);
  addFormattingTools();
  addEmoji(core);
  addResponses(core);
  addMessageActions({ acts, person, ...core });
  const notifications = addNotifications(core);
  const desk = new Desk(core);
  addMenu({ desk, notifications, jump: addJumpDialog(core), shortcuts: core.shortcuts });
  addOffline(core);
  addHttpFallback(core);
  return { notifications };
}

function addRooms({ connection, conversation, people }) {
  new Drawer({ panel: part("rooms"), wide: "(min-width: 80rem)" });
  new NewRoomForm({
    form: part("new-room"),
    parts: parts("new-room", "title", "error", "taken", "link", "name"),
    origin: config.invite_origin || location.origin,
  });
  const rooms = new Rooms({
    panel: part("rooms"),
    list: part("rooms-list"),
    unread: part("rooms-unread"),
    unreadText: part("rooms-unread-text"),
    url: config.rooms_url,
    current: config.room.slug,
    lobby: config.lobby,
    storage,
    recentKey: siteKey("rooms"),
    markerKey: (slug) => keyIn(slug, "read"),
    addressOf: (slug) =>
      slug === config.lobby.slug ? config.lobby.url : config.room_url.replace("SLUG", slug),
    isConnected: () => connection.connected,
  });
  atEachWelcome(connection, () => {
    rooms.enter(conversation.room);
    rooms.count(people.count);
  });
  connection.addEventListener("people.changed", () => rooms.count(people.count));
}

function addInvitations() {
  const link = (config.invite_origin || location.origin) + location.pathname;
  new ShareDialog({
    ...parts("share", "dialog", "code", "send"),
    codeUrl: config.qr_url,
    link,
    openers: document.querySelectorAll("[data-share-opener]"),
    fallback: document.querySelector("[popovertarget=people]"),
  });
  for (const element of document.querySelectorAll("[data-invite]")) {
    const within = (name) => element.querySelector(`[data-invite-${name}]`);
    const [field, button, status] = ["field", "button", "status"].map(within);
    new Invite({ field, button, status, link });
  }
}

/** They are loaded when they are first needed. Without them the text is typed by hand. */
function addFormattingTools() {
  const field = part("composer-field");
  const load = once(async () => {
    const { FormattingTools } = await import("./composer/formatting_tools.js");
    return new FormattingTools({ field, offer: part("composer-fence") });
  });
  const keys = new FormattingKeys({ field });
  keys.addEventListener("toggle", async ({ detail: { mark } }) => (await load())?.toggle(mark));
  keys.addEventListener("paste", async ({ detail }) => (await load())?.pasted(detail));
}

/** The picker and `:names:`: their modules and data are loaded when they are first used. */
function addEmoji({ composer }) {
  const field = part("composer-field");
  const explain = () => composer.notice(gettext("Couldn't load the emoji. Try again in a moment."));
  part("emoji-opener").addEventListener("click", async ({ currentTarget: anchor }) => {
    const choose = (emoji) => composer.insert(emoji);
    const loaded = import("./emoji/picker.js");
    loaded.then(({ openEmojiPicker }) => openEmojiPicker({ anchor, choose }), explain);
  });
  const completeNames = () => {
    if (!field.value.includes(":")) return;
    field.removeEventListener("input", completeNames);
    const list = part("emoji-suggestions");
    const loaded = import("./emoji/completion.js");
    loaded.then(
      ({ EmojiCompletion }) => new EmojiCompletion({ field, list, status: part("emoji-status") }),
      () => field.addEventListener("input", completeNames),
    );
  };
  field.addEventListener("input", completeNames);
}

/** Replies and reactions. Who reacted, the emoji's names and the picker are loaded when needed. */
function addResponses({ conversation, list, permalink, ...core }) {
  const loaded = once(async () => {
    const { addReactionTools } = await import("./messages/reaction_tools.js");
    return addReactionTools({ conversation, ...core });
  });
  list.addEventListener("quote", ({ detail: { seq, to } }) => permalink.follow(to, { from: seq }));
  list.addEventListener("react", ({ detail: { seq, emoji, on } }) => {
    conversation.react(conversation.find(seq), emoji, on);
  });
  list.addEventListener("pick", async ({ detail }) => (await loaded())?.pick(detail));
  const explore = async (event) => {
    if (event.target.closest("[data-action=react]")) (await loaded())?.explore(event);
  };
  for (const type of ["over", "out", "down", "move", "up", "cancel"])
    part("messages").addEventListener(`pointer${type}`, explore);
  for (const type of ["focusin", "focusout"]) part("messages").addEventListener(type, explore);
  conversation.addEventListener("updated", async ({ detail: { messages } }) => {
    const reacted = messages
      .filter((message) => message.reactions && conversation.isMine(message))
      .map((after) => ({ before: list.drawnAt(after.seq), after }))
      .filter(({ before }) => before);
    if (reacted.length > 0) (await loaded())?.announce(reacted);
  });
}

/** What can be done with messages is loaded when somebody first points at one or selects one. */
function addMessageActions({ composer, list, messageKeys, status, view, ...core }) {
  const rows = part("messages");
  let begun = null; // the event because of which it is loaded, until the pointer is released
  const load = once(async () => {
    const { MessageActions } = await import("./messages/actions.js");
    const actions = new MessageActions({ composer, list, rows, begun, ...core });
    view.addEventListener("drawn", () => actions.refresh());
    return actions;
  });
  const use = (name) => async (event) => {
    const actions = await load();
    if (actions) actions[name](event.detail);
    else status.notice(gettext("Parts of this page didn't load. Reload it to try again."));
  };
  const begin = (event) => {
    begun = event;
    load();
  };
  for (const type of ["pointerover", "pointerdown", "focusin"])
    rows.addEventListener(type, begin, { once: true });
  for (const type of ["pointerup", "pointercancel"])
    rows.addEventListener(type, () => (begun = null));
  messageKeys.addEventListener("action", use("press"));
  composer.addEventListener("recall", use("editLast"));
  composer.addEventListener("edit", use("saveEdit"));
  composer.addEventListener("empty", use("ask"));
  list.addEventListener("edit-again", use("editAgain"));
  list.addEventListener("dismiss", use("dismiss"));
}

function addNotifications({ announcer, conversation, knownNames, targets, timeline }) {
  const isForMe = ({ body, reply_to_seq: seq }) => {
    if (knownNames.mentionsMe(body)) return true;
    const target = seq ? targets.of(seq) : {};
    return target && conversation.isMine(target);
  };
  const notifications = new Notifications({
    parts: parts("notifications", "dialog", "opener", "form", "note"),
    storage,
    key: key("notices"),
    title: () => roomTitle(conversation.room ?? config.room),
    icon: part("touch-icon").href,
    cursor: () => timeline.cursor,
    isForMe,
  });
  conversation.addEventListener("deleted", ({ detail: { isGone } }) => {
    announcer.forget(isGone);
    notifications.forget(isGone);
  });
  return notifications;
}

function addJumpDialog({ dayPill, permalink, scroll, status, view }) {
  const jump = new JumpDialog({
    ...parts("jump", "dialog", "opener", "form", "input", "error"),
    url: config.at_url,
  });
  jump.addEventListener("jump", ({ detail: { seq, notice } }) => {
    const isInPlace = () => (seq === null ? scroll.pinned : view.isInSight(seq));
    if (notice) status.notice(notice, { isInPlace });
    if (seq === null) view.showLatest();
    else permalink.open(seq);
  });
  dayPill.addEventListener("click", () => jump.open());
  return jump;
}

function addMenu({ desk, notifications, jump, shortcuts }) {
  const about = part("about-dialog");
  closeOnBackdrop(about);
  new Menu({
    menu: part("menu"),
    actions: {
      notifications: () => notifications.openSettings(),
      pins: () => desk.openPins(),
      jump: () => jump.open(),
      shortcuts: () => shortcuts.open(),
      about: () => about.showModal(),
    },
  });
  new ThemeSwitch({ choices: part("theme"), storage, key: siteKey("theme") });
}

function addOffline({ connection, conversation, greet, scroll }) {
  const { build, root, site_storage_key: site, worker_url: url } = config;
  const saved = new OfflineSnapshotView({
    note: part("offline-note"),
    scroll,
    snapshots: new Snapshots({ cache: `${site}:rooms`, address: location.pathname, build }),
    conversation,
    connection,
    newest: newestRendered,
    isKept: part("kept-page") !== null,
  });
  saved.addEventListener("shown", ({ detail: greeting }) => greet(greeting));
  const serviceWorker = new ServiceWorkerSetup({ url, root, build });
  serviceWorker.install();
  atEachWelcome(connection, () => serviceWorker.connected());
}

/** It is loaded when a connection fails. */
function addHttpFallback({ connection, name, outbox, status, timeline }) {
  const load = once(async () => {
    const { HttpFallback } = await import("./net/http_fallback.js");
    const fallback = new HttpFallback({
      connection,
      outbox,
      form: part("composer-form"),
      address: config.address,
      probe: config.rooms_url,
      rendered: () => part("rendered"),
      cursor: () => timeline.cursor,
      name: () => name.pending,
    });
    fallback.addEventListener("change", () => {
      part("chat").toggleAttribute("data-http-fallback", fallback.isOn);
      status.blocked = fallback.isOn;
    });
    return fallback;
  });
  const follow = async () => {
    const { state } = connection;
    if (state.name !== "waiting") return;
    const fallback = await load();
    if (!fallback) return; // the next failure loads it again
    connection.removeEventListener("state", follow);
    fallback.begin(state);
  };
  connection.addEventListener("state", follow);
  follow();
}

/** React to each welcome, and to the one that came before this module was loaded. */
function atEachWelcome(connection, react) {
  connection.addEventListener("welcome", react);
  if (connection.connected) react();
}
