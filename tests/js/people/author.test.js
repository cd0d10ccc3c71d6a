import assert from "node:assert/strict";
import { test } from "node:test";

import {
  HiddenPeople,
  Hues,
  initialOf,
  lookOf,
  markOf,
  namesakes,
} from "../../../chat/static/chat/js/people/author.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

test("an author has an initial and a tag", () => {
  assert.equal(initialOf("élodie"), "É");
  assert.equal(initialOf("👩‍🚀 Ada"), "👩‍🚀");
  assert.equal(initialOf(""), "?");
  assert.equal(markOf("8f2c-00AB"), "#00ab");
});

test("namesakes are found, however they write their name", () => {
  const people = [
    ["1", "Ada"],
    ["1", "Ada"],
    ["2", "Bob"],
    ["3", "\uff22o\u0301b "],
    ["1", "Ada L."],
    ["4", "Zoe\u200d"],
    ["5", "ZOE"],
  ];
  const isShared = namesakes(people.map(([author_id, name]) => ({ author_id, name })));

  assert.deepEqual(["Ada", "Bob", "Ada L.", "ZOE", "nobody"].map(isShared), [
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("ids spread over all 24 looks", () => {
  assert.equal(
    new Set(Array.from({ length: 300 }, (_, index) => lookOf(`author-${index}`))).size,
    24,
  );
});

test("up to 24 people here look different, and keep their looks", () => {
  const storage = emptyStorage();
  const ids = Array.from({ length: 24 }, (_, index) => `author-${index}`);
  const hues = new Hues({ storage, key: "hues" });

  for (let count = 1; count <= 24; count += 1) {
    const before = ids.slice(0, count - 1).map((id) => hues.of(id));
    hues.meet({ present: ids.slice(0, count).reverse(), authors: ids.slice(0, 3) });
    const looks = ids.slice(0, count).map((id) => hues.of(id));
    assert.equal(new Set(looks).size, count);
    assert.deepEqual(looks.slice(0, -1), before);
  }
  assert.equal(hues.of(ids[0]), lookOf(ids[0]));
  const later = new Hues({ storage, key: "hues" });
  assert.deepEqual(
    ids.map((id) => later.of(id)),
    ids.map((id) => hues.of(id)),
  );
  hues.meet({ present: [...ids, "one too many"] });
  assert.equal(hues.of("one too many"), lookOf("one too many"));
});

test("a newcomer looks different from the authors on the page", () => {
  const hues = new Hues({ storage: emptyStorage(), key: "hues" });
  const ids = Array.from({ length: 99 }, (_, index) => `author-${index}`);
  const newcomer = ids.find((id) => id !== ids[0] && lookOf(id) === lookOf(ids[0]));

  hues.meet({ authors: [ids[0]] });
  hues.meet({ present: [newcomer] });

  assert.equal(hues.of(ids[0]), lookOf(ids[0]));
  assert.notEqual(hues.of(newcomer), lookOf(ids[0]));
});

test("damaged colours in the storage are ignored", () => {
  for (const json of ["{", "null", "7", '[["ada", 99], ["ada", "x"], [1, 2], null]']) {
    const storage = emptyStorage();
    storage.set("hues", json);
    const hues = new Hues({ storage, key: "hues" });
    assert.equal(hues.of("ada"), lookOf("ada"), json);
  }
});

function emptyStorage() {
  const storage = new Storage();
  return new SafeStorage(() => storage);
}

const HIDDEN = "hidden";
const hiding = (kept = new Storage()) =>
  new HiddenPeople({ storage: new SafeStorage(() => kept), key: HIDDEN });
const message = (author_id, client_message_id) => ({ author_id, client_message_id });

test("hidden people stay hidden after a reload, until they are shown again", () => {
  const kept = new Storage();
  const hidden = hiding(kept);
  hidden.add({ author_id: "bob", name: "Bob" });

  const later = hiding(kept);
  assert.deepEqual(later.people, [{ author_id: "bob", name: "Bob" }]);
  assert.deepEqual(
    [later.hides(message("bob", "1")), later.hides(message("ada", "2"))],
    [true, false],
  );
  later.remove("bob");

  assert.deepEqual(hiding(kept).people, []);
});

test("revealed messages are shown, and later ones of the same person are not", () => {
  const hidden = hiding();
  hidden.add({ author_id: "bob", name: "Bob" });

  hidden.reveal([message("bob", "1")]);

  assert.deepEqual(
    ["1", "2"].map((id) => hidden.hides(message("bob", id))),
    [false, true],
  );
  hidden.add({ author_id: "cy", name: "Cy" });
  assert.equal(hidden.hides(message("bob", "1")), true);
});

test("other tabs follow who is hidden, and a damaged list hides nobody", () => {
  const kept = new Storage();
  const [one, other] = [hiding(kept), hiding(kept)];
  one.add({ author_id: "bob", name: "Bob" });

  other.follow({ key: "something else", newValue: null });
  assert.equal(other.has("bob"), false);
  other.follow({ key: HIDDEN, newValue: kept.getItem(HIDDEN) });
  assert.equal(other.has("bob"), true);
  other.follow({ key: HIDDEN, newValue: "{" });
  assert.equal(other.has("bob"), false);
});

test("no more than 200 people are kept hidden", () => {
  const hidden = hiding();
  for (let number = 0; number < 201; number += 1)
    hidden.add({ author_id: String(number), name: "Bob" });

  assert.deepEqual([hidden.people.length, hidden.has("0"), hidden.has("200")], [200, false, true]);
});
