import assert from "node:assert/strict";
import { test } from "node:test";

import { ReadMarker } from "../../../chat/static/chat/js/model/read_marker.js";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { Storage } from "../storage.js";

const ITEMS = [1, 2, 3, 4].map((seq) => ({ seq }));

const HERE = { start: 0, line: false, isCurrent: true };

function browser() {
  const kept = new Storage();
  const visit = (epoch) => {
    const marker = new ReadMarker({ storage: new SafeStorage(() => kept), key: "read" });
    marker.welcome({ epoch });
    return marker;
  };
  return { kept, visit };
}

const firstNew = (marker, start = 0) =>
  marker.firstNew(ITEMS, { start, isIgnored: ({ seq }) => seq === 3 })?.seq;

test("messages since the last visit are new, except own ones and those before the page", () => {
  const { visit } = browser();
  const first = visit("a");
  assert.equal(firstNew(first), undefined);

  first.advance({ epoch: "a", seq: 2 }, HERE);

  assert.equal(firstNew(first), undefined);
  assert.equal(firstNew(visit("a")), 4);
  assert.equal(firstNew(visit("a"), 3), undefined);
});

test("the position of another log is ignored", () => {
  const { visit } = browser();
  visit("a").advance({ epoch: "a", seq: 2 }, HERE);

  assert.equal(firstNew(visit("b")), undefined);
});

test("a damaged position is ignored", () => {
  for (const broken of ["null", '{"epoch"', '{"epoch": "a", "seq": "2"}']) {
    const { kept, visit } = browser();
    kept.setItem("read", broken);

    assert.equal(firstNew(visit("a")), undefined);
  }
});

test("messages that arrive while nobody looks are new until the reader answers", () => {
  const marker = browser().visit("a");
  marker.advance({ epoch: "a", seq: 1 }, HERE);

  marker.pause();
  marker.pause();
  assert.equal(firstNew(marker), 2);
  marker.markAllRead();
  assert.equal(firstNew(marker), undefined);
});

test("messages after an own one from another tab are not new", () => {
  const { visit } = browser();
  visit("a").advance({ epoch: "a", seq: 2 }, HERE);
  const marker = visit("a");

  marker.advance({ epoch: "a", seq: 3 }, HERE); // 3 is theirs

  assert.equal(firstNew(marker), undefined);
});

test("messages that the server has not sent yet are new", () => {
  const marker = browser().visit("a");
  marker.advance({ epoch: "a", seq: 1 }, HERE);
  marker.pause();

  marker.advance({ epoch: "a", seq: 1 }, { ...HERE, isCurrent: false });

  assert.equal(firstNew(marker), 2);
  marker.advance({ epoch: "a", seq: 1 }, HERE);
  assert.equal(firstNew(marker), undefined);
});

test("the line stays while the reader reads on", () => {
  const marker = browser().visit("a");
  marker.advance({ epoch: "a", seq: 1 }, HERE);
  marker.pause();

  marker.advance({ epoch: "a", seq: 4 }, { ...HERE, line: true });

  assert.equal(firstNew(marker), 2);
});

test("messages that arrived while the reader was here are not new", () => {
  const { visit } = browser();
  visit("a").advance({ epoch: "a", seq: 1 }, HERE);
  const marker = visit("a");

  marker.advance({ epoch: "a", seq: 1 }, HERE);

  assert.equal(firstNew(marker), undefined);
});

test("new messages before the page are reported until the reader jumps there or answers", () => {
  const { visit } = browser();
  const before = Date.now();
  visit("a").advance({ epoch: "a", seq: 2 }, HERE);
  const marker = visit("a");

  const { after, since } = marker.unseen({ start: 3 });
  assert.equal(after, 2);
  assert.ok(since >= before && since <= Date.now());
  assert.equal(marker.unseen({ start: 2 }), null);
  assert.equal(marker.unseen({ start: 2, above: true }).after, 2);
  marker.markSeen();
  assert.equal(marker.unseen({ start: 3, above: true }), null);

  marker.pause();
  assert.equal(marker.unseen({ start: 3 }).after, 2);
  marker.markAllRead();
  assert.equal(marker.unseen({ start: 3 }), null);
});

test("an empty room can be read", () => {
  const { visit } = browser();
  visit("a").advance({ epoch: "a", seq: 0 }, HERE);

  assert.equal(firstNew(visit("a")), 1);
});

test("new messages stay new since the same time while more arrive", () => {
  const { visit } = browser();
  visit("a").advance({ epoch: "a", seq: 2 }, HERE);
  const marker = visit("a");
  const { since } = marker.unseen({ start: 3 });

  marker.pause(since + 1000);

  assert.equal(marker.unseen({ start: 3 }).since, since);
});
