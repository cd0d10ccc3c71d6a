import assert from "node:assert/strict";
import { test } from "node:test";
import { ago } from "../../../chat/static/chat/js/i18n.js";
import { savedPosition } from "../../../chat/static/chat/js/model/read_marker.js";
import { orderedRooms, RecentRooms } from "../../../chat/static/chat/js/rooms/rooms.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

const roomWith = (slug, fields) => ({
  slug,
  title: slug,
  epoch: "e",
  last_seq: 0,
  last_posted_at: null,
  people: 0,
  is_listed: false,
  ...fields,
});
const ordered = ({ listed, recent = [], places = {}, here = null }) =>
  orderedRooms({
    listed,
    recent,
    current: "here",
    lobby: "lobby",
    positionOf: (slug) => places[slug] ?? null,
    here,
  });

function recentRooms() {
  const kept = new Storage();
  return { kept, rooms: new RecentRooms({ storage: new SafeStorage(() => kept), key: "rooms" }) };
}

test("the lobby comes first, then the latest message, then the latest visit", () => {
  const recent = ["quiet", "here", "old", "quieter"].map((slug, place) => ({
    slug,
    title: slug,
    visited_at: 9 - place,
  }));
  const rooms = ordered({
    listed: [
      roomWith("old", { last_posted_at: "2025-03-01T12:00:00Z" }),
      roomWith("here", { last_posted_at: "2025-03-02T12:00:00Z" }),
      roomWith("listed", { is_listed: true, last_posted_at: "2025-03-03T12:00:00Z" }),
      roomWith("lobby", { is_listed: true }),
      roomWith("forgotten meanwhile"),
    ],
    recent,
  });

  assert.deepEqual(
    rooms.map(({ slug }) => slug),
    ["lobby", "listed", "here", "old", "quiet", "quieter"],
  );
  assert.deepEqual(
    rooms.filter(({ current }) => current).map(({ slug }) => slug),
    ["here"],
  );
});

test("the number of people here replaces the one in the server's list", () => {
  const list = ["here", "listed"].map((slug) => roomWith(slug, { is_listed: true, people: 1 }));

  const people = (here) =>
    Object.fromEntries(ordered({ listed: list, here }).map((room) => [room.slug, room.people]));

  assert.deepEqual(people(null), { here: 1, listed: 1 });
  assert.deepEqual(people(2), { here: 2, listed: 1 });
});

test("messages after the read marker of the same log are unread, except in this room", () => {
  const slugs = ["read", "missed", "other-log", "never-read", "here"];
  const rooms = ordered({
    listed: slugs.map((slug) => roomWith(slug, { is_listed: true, last_seq: 7 })),
    places: {
      read: { epoch: "e", seq: 9 },
      missed: { epoch: "e", seq: 4 },
      "other-log": { epoch: "f", seq: 4 },
      here: { epoch: "e", seq: 4 },
    },
  });

  assert.deepEqual(Object.fromEntries(rooms.map(({ slug, unread }) => [slug, unread])), {
    read: 0,
    missed: 3,
    "other-log": 0,
    "never-read": 0,
    here: 0,
  });
});

test("unread messages are as many as the server counts, and no more than are left", () => {
  const unread = (fields, seq) =>
    ordered({
      listed: [roomWith("attic", { is_listed: true, last_seq: 40, ...fields })],
      places: { attic: { epoch: "e", seq } },
    })[0].unread;

  assert.equal(unread({ unread: 3 }, 10), 3, "the others are edits, deletions and reactions");
  assert.equal(unread({ unread: 3 }, 39), 1, "another tab has read on since");
  assert.equal(unread({ unread: 3 }, 41), 0);
  assert.equal(unread({ unread: null }, 38), 2);
});

test("the server's title replaces the saved one", () => {
  const [room] = ordered({
    listed: [roomWith("attic", { title: "The attic" })],
    recent: [{ slug: "attic", title: "Attic", visited_at: 1 }],
  });

  assert.equal(room.title, "The attic");
});

test("visited rooms are listed once, the last one first, until they are removed", () => {
  const { rooms } = recentRooms();
  let changes = 0;
  rooms.addEventListener("change", () => (changes += 1));
  for (const slug of ["attic", "cellar", "attic"])
    rooms.visit({ slug, title: slug.toUpperCase() }, 1);

  assert.deepEqual(
    rooms.all.map(({ title }) => title),
    ["ATTIC", "CELLAR"],
  );
  rooms.forget("attic");
  assert.deepEqual(
    rooms.all.map(({ slug }) => slug),
    ["cellar"],
  );
  assert.equal(changes, 4);
});

test("at most 50 rooms are saved, and damaged entries are ignored", () => {
  const { kept, rooms } = recentRooms();
  for (let number = 0; number < 60; number += 1)
    rooms.visit({ slug: `room-${number}`, title: "Room" });

  assert.equal(rooms.all.length, 50);
  assert.equal(rooms.all[0].slug, "room-59");
  for (const broken of ["null", '{"a": 1}', "[1, null]", "[{]"]) {
    kept.setItem("rooms", broken);
    assert.deepEqual(rooms.all, []);
  }
});

test("an incomplete position is ignored", () => {
  const kept = new Storage();
  kept.setItem("whole", '{"epoch": "e", "seq": 3, "at": 5}');
  for (const [key, text] of [
    ["null", "null"],
    ["half", '{"epoch": "e", "seq": 3}'],
    ["broken", "{"],
  ])
    kept.setItem(key, text);

  const storage = new SafeStorage(() => kept);
  assert.deepEqual(savedPosition(storage, "whole"), { epoch: "e", seq: 3, at: 5 });
  for (const key of ["null", "half", "broken", "absent"])
    assert.equal(savedPosition(storage, key), null);
});

test("a relative time has the largest unit", () => {
  const now = new Date("2025-03-09T12:00:00Z");
  const said = (seconds) => ago(new Date(now - seconds * 1_000), now);

  assert.deepEqual([-5, 59, 60, 3_599, 7_200].map(said), [
    "now",
    "now",
    "1 min. ago",
    "59 min. ago",
    "2 hr. ago",
  ]);
  assert.equal(said(24 * 3_600), "yesterday");
  assert.equal(said(800 * 24 * 3_600), "2 yr. ago");
});
