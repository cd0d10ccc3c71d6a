import assert from "node:assert/strict";
import { test } from "node:test";

import { sharedText } from "../../../chat/static/chat/js/composer/draft.js";

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
