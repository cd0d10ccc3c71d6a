import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft, sharedText } from "../../../chat/static/chat/js/composer/draft.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

test("a draft is dropped once the plain form has posted it, however it is shown", () => {
  const loaded = (text, rendered) => {
    const kept = new Storage();
    const storage = new SafeStorage(() => kept);
    new Draft({ storage, key: "draft", posted: () => undefined }).save(text, { form: "a" });
    return new Draft({ storage, key: "draft", posted: (id) => id === "a" && rendered }).load();
  };

  assert.equal(loaded("On my way!", "On my way!"), "");
  assert.equal(loaded("**Two** things:\n\n1. `a`\n2. b\n", "Two things:ab"), "");
  assert.equal(loaded("On my way! And", "On my way!"), "On my way! And");
  assert.equal(loaded("On my way!", undefined), "On my way!");
});

test("what another app shares becomes one text without repetition", () => {
  assert.equal(sharedText(""), "");
  assert.equal(sharedText("?other=1&text=%20"), "");
  assert.equal(
    sharedText("?title=A+plan&text=Look+here&url=https://a.example/"),
    "A plan\nLook here\nhttps://a.example/",
  );
  assert.equal(
    sharedText("?title=A+plan&text=A+plan+https://a.example/&url=https://a.example/"),
    "A plan\nA plan https://a.example/",
  );
});
