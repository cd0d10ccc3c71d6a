import assert from "node:assert/strict";
import { test } from "node:test";

import {
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
