"""Edits, deletions and reactions wait in the browser, and leave no deleted word there."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import expect

from testing.waiting import wait_until
from tests.browser.test_offline import keeps

# The keys of a room's changes, and what all changes of this author in this log have in common.
COMMON = """async () => {
    const config = JSON.parse(document.querySelector("#chat-config").textContent);
    const { slug } = config.room;
    const origin = location.origin.replace("http", "ws");
    const socket = new WebSocket(origin + config.socket_url, "chat.v1");
    const { data } = await new Promise((resolve) => (socket.onmessage = resolve));
    socket.close();
    const { epoch, you } = JSON.parse(data);
    const prefix = `${config.site_storage_key}:${slug}/changes/${slug}/`;
    return [prefix, { epoch, author_id: you.author_id }];
}"""
STORE = "([key, change]) => localStorage.setItem(key, JSON.stringify(change))"
DELETE = """async (seq) => {
    const config = JSON.parse(document.querySelector("#chat-config").textContent);
    const origin = location.origin.replace("http", "ws");
    const socket = new WebSocket(origin + config.socket_url, "chat.v1");
    await new Promise((resolve) => (socket.onopen = resolve));
    socket.send(JSON.stringify({ type: "message.delete", id: 1, seq }));
    await new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => {
            const { type } = JSON.parse(data);
            if (type === "ack") resolve();
            if (type === "error") reject(new Error(data));
        };
    });
    socket.close();
}"""
STORED = """async () => {
    const texts = await Promise.all((await caches.keys()).map(async (name) => {
        if (name.includes(":files:")) return [];
        const cache = await caches.open(name);
        const found = await Promise.all((await cache.keys()).map((key) => cache.match(key)));
        return Promise.all(found.map((response) => response.text()));
    }));
    return [JSON.stringify({ ...localStorage }), ...texts.flat()].join();
}"""


class OtherTab:
    """A tab of the same browser that closes as soon as it has stored its changes."""

    def __init__(self, person):
        self._context = person.page.context
        self._prefix, self._common = person.page.evaluate(COMMON)
        self._made = 0

    def makes(self, **change):
        self._made += 1
        about = {"made_at": "2026-01-02T03:04:05.678Z", "state": "waiting", "refusal": None}
        entry = {**change, **self._common, **about, "id": f"id{self._made}", "order": self._made}
        page = self._context.new_page()
        page.goto("/rooms.json")
        page.evaluate(STORE, [self._prefix + entry["id"], entry])
        page.close()


def waiting(person):
    """What waits in this browser."""
    kept = person.page.evaluate("Object.entries(localStorage)")
    return [json.loads(value) for key, value in kept if "/changes/" in key]


def changes_in(frames):
    return [frame["type"] for frame in frames if frame["type"].startswith("message.")]


def test_an_edit_of_a_closed_tab_shows_and_is_sent_once(carol_and_wire, alice):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Tpyo")
    alice.sees("Tpyo")

    OtherTab(carol).makes(kind="edit", seq=1, body="Typo")

    carol.sees_exactly(["Typo"])
    alice.sees_exactly(["Typo"])
    wait_until(lambda: waiting(carol) == [])
    assert changes_in(wire.sent) == ["message.post", "message.edit"]


def test_changes_wait_over_an_outage_and_a_reload_and_are_sent_in_order(carol_and_wire, alice):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Tpyo")
    carol.sends_and_waits("hunter2")
    alice.sees_exactly(["Tpyo", "hunter2"])
    tab = OtherTab(carol)
    wire.cut()
    carol.loses_the_connection()
    wire.sent.clear()

    tab.makes(kind="edit", seq=1, body="Typo")
    tab.makes(kind="delete", seq=2)
    expect(carol.message("Typo")).to_be_visible()
    expect(carol.message("hunter2")).to_have_count(0)
    carol.page.reload()
    assert len(waiting(carol)) == 2
    wire.restore()

    alice.sees("Typo")
    expect(alice.message("hunter2")).to_have_count(0)
    carol.sees("Typo")
    expect(carol.message("hunter2")).to_have_count(0)
    wait_until(lambda: waiting(carol) == [])
    assert changes_in(wire.sent) == ["message.edit", "message.delete"]


def test_a_server_of_the_previous_release_is_sent_no_change(carol_and_wire, alice):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Tpyo")
    tab = OtherTab(carol)
    wire.without = ("features",)
    carol.reloads()

    tab.makes(kind="edit", seq=1, body="Typo")
    carol.sees("Typo")
    carol.sends_and_waits("Posts are sent")
    alice.sees_exactly(["Tpyo", "Posts are sent"])
    assert changes_in(wire.sent) == ["message.post", "message.post"]
    wire.without = ()
    carol.reloads()

    alice.sees_exactly(["Typo", "Posts are sent"])


def test_a_refused_edit_falls_back_to_the_text_and_keeps_what_was_typed(carol_and_wire, writer):
    carol, _ = carol_and_wire
    writer.sends_and_waits("Hers")
    carol.sees("Hers")

    OtherTab(carol).makes(kind="edit", seq=1, body="Not hers")

    wait_until(lambda: [change["state"] for change in waiting(carol)] == ["refused"])
    carol.sees_exactly(["Hers"])
    carol.reloads()
    carol.sees_exactly(["Hers"])
    [refused] = waiting(carol)
    assert (refused["body"], refused["refusal"]["code"]) == ("Not hers", "not_yours")


@pytest.fixture
def visitor(shared_node, enter):
    return enter(service_workers="allow")


def test_after_a_deletion_the_browser_has_no_word_of_it(visitor, alice):
    visitor.sends_and_waits("hunter2")
    visitor.sends_and_waits("Something else")
    visitor.reloads()  # as the server renders it with the messages
    keeps(visitor, "Something else")
    assert "hunter2" in visitor.page.evaluate(STORED)
    visitor.page.clock.install()
    visitor.page.clock.pause_at(time.time() + 60)  # what is saved every second has to wait

    visitor.page.evaluate(DELETE, 1)

    expect(alice.message("hunter2")).to_have_count(0)
    wait_until(lambda: "hunter2" not in visitor.page.evaluate(STORED))
    assert "Something else" in visitor.page.evaluate(STORED)
