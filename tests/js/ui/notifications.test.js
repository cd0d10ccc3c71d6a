import assert from "node:assert/strict";
import { test } from "node:test";
import { SafeStorage } from "../../../chat/static/chat/js/storage.js";
import { NotificationPreference } from "../../../chat/static/chat/js/ui/notification_settings.js";
import { NotificationLedger } from "../../../chat/static/chat/js/ui/notifications.js";
import { Storage } from "../storage.js";

const said = (...seqs) => seqs.map((seq) => ({ seq }));
const seqs = (messages) => messages.map(({ seq }) => seq);

function shared() {
  const storage = new Storage();
  return () => new SafeStorage(() => storage);
}

test("nobody is notified unless they chose it", () => {
  const open = shared();
  const here = new NotificationPreference({ storage: open(), key: "notices/attic/" });
  const there = new NotificationPreference({ storage: open(), key: "notices/cellar/" });
  const mentionsMe = ({ seq }) => seq === 2;
  assert.deepEqual(
    [here.about, here.sound, here.wanted(said(1, 2), mentionsMe)],
    ["nothing", false, []],
  );

  here.set({ about: "mentions", sound: false });
  assert.deepEqual(seqs(here.wanted(said(1, 2), mentionsMe)), [2]);
  here.set({ about: "everything", sound: true });
  assert.deepEqual(seqs(here.wanted(said(1, 2), mentionsMe)), [1, 2]);

  const later = new NotificationPreference({ storage: open(), key: "notices/attic/" });
  assert.deepEqual([later.about, later.sound], ["everything", true]);
  assert.deepEqual([there.about, there.sound], ["nothing", false]);
});

test("a damaged preference means no notifications", () => {
  for (const kept of ["null", "{", '{"about": "noise", "sound": 1}', "[]"]) {
    const storage = new SafeStorage(() => new Storage());
    storage.set("notices", kept);

    const choice = new NotificationPreference({ storage, key: "notices" });

    assert.deepEqual([choice.about, choice.sound], ["nothing", false]);
  }
});

test("of many tabs one notifies, and counts until the reader looks", () => {
  const open = shared();
  const [one, other] = [open(), open()].map(
    (storage) => new NotificationLedger({ storage, key: "told" }),
  );

  const first = one.take(said(4, 5), "e");
  assert.deepEqual([seqs(first.fresh), first.count], [[4, 5], 2]);
  assert.deepEqual(other.take(said(4, 5), "e").fresh, []);
  const next = other.take(said(5, 7), "e");
  assert.deepEqual([seqs(next.fresh), next.count], [[7], 3]);

  one.markRead({ epoch: "e", seq: 9 });
  assert.deepEqual(other.take(said(8, 9), "e").fresh, []);
  assert.equal(other.take(said(10), "e").count, 1);
  assert.deepEqual(seqs(other.take(said(2), "another log").fresh), [2]);
});
