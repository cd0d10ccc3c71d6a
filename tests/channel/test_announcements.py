"""Publishing to the listeners of this process and, through the channel layer, to other processes.

Processes of the previous release share the layer during an upgrade, so the events are pinned.
"""

from __future__ import annotations

import asyncio

import pytest
from msgspec import Raw

from chat.channel import announcements
from chat.channel.announcements import Announcement, Change, LocalListener
from testing.waiting import SECONDS, until
from tests.faulty_channel_layers import RecordingLayer, use

CHANGES = [Change(2, Raw(b'{"seq":2}'), 2), Change(3, Raw(b'{"seq":3}'), 3)]
ANNOUNCEMENT = Announcement("e1", 1, 3, CHANGES)
EVENT = {
    "type": "room.changed",
    "epoch": "e1",
    "after": 1,
    "head": 3,
    "changes": [[2, '{"seq":2}'], [3, '{"seq":3}']],
    "title": None,
}


@pytest.fixture
async def received():
    """What a listener of the lobby was called with."""
    calls = []
    listener = LocalListener(asyncio.get_running_loop(), calls.append)
    announcements.subscribe("lobby", listener)
    yield calls
    announcements.unsubscribe("lobby", listener)


async def test_an_announcement_reaches_local_listeners_and_the_layer(received):
    layer = use(RecordingLayer())

    await asyncio.to_thread(announcements.publish, "lobby", ANNOUNCEMENT)

    await until(lambda: layer.sent)
    assert received == [ANNOUNCEMENT]
    assert layer.sent == [("room.lobby", EVENT)]


async def test_listeners_of_other_rooms_are_not_called(received):
    layer = use(RecordingLayer())

    announcements.publish("attic", ANNOUNCEMENT)

    await until(lambda: layer.sent)
    assert received == []


async def test_a_listener_that_unsubscribed_is_not_called_and_others_are(received):
    layer, calls = use(RecordingLayer()), []
    listener = LocalListener(asyncio.get_running_loop(), calls.append)
    announcements.subscribe("lobby", listener)
    announcements.publish("lobby", ANNOUNCEMENT)
    await until(lambda: len(layer.sent) == 1)

    announcements.unsubscribe("lobby", listener)
    announcements.publish("lobby", ANNOUNCEMENT)

    await until(lambda: len(layer.sent) == 2)
    assert (len(received), len(calls)) == (2, 1)


async def test_a_listener_in_another_event_loop_is_called_there(received):
    other, calls = asyncio.new_event_loop(), []
    listener = LocalListener(other, lambda _: calls.append(asyncio.get_running_loop()))
    announcements.subscribe("lobby", listener)

    announcements.publish("lobby", ANNOUNCEMENT)

    await until(lambda: received)
    assert not calls
    await asyncio.to_thread(other.run_until_complete, asyncio.sleep(0))
    assert calls == [other]
    announcements.unsubscribe("lobby", listener)
    other.close()


async def test_a_closed_event_loop_is_no_error(received, chat_log):
    closed = asyncio.new_event_loop()
    closed.close()
    listener = LocalListener(closed, received.append)
    announcements.subscribe("lobby", listener)

    announcements.publish("lobby", ANNOUNCEMENT)

    await until(lambda: received)
    await until(lambda: "event loop was closed" in chat_log.text)
    announcements.unsubscribe("lobby", listener)


def test_a_process_without_listeners_has_sent_the_event_when_publish_returns():
    layer = use(RecordingLayer())

    announcements.publish("lobby", ANNOUNCEMENT)

    assert layer.sent == [("room.lobby", EVENT)]


@pytest.mark.parametrize("changes", [CHANGES, [], None])
@pytest.mark.parametrize("title", [None, "The lobby"])
def test_an_announcement_survives_the_layer(changes, title):
    layer, announcement = use(RecordingLayer()), Announcement("e1", 1, 3, changes, title)
    announcements.publish("lobby", announcement)
    (_, event) = layer.sent[0]

    assert announcements.from_event(event) == announcement


def test_an_event_of_a_process_that_knows_no_titles_is_understood():
    event = {name: value for name, value in EVENT.items() if name != "title"}

    assert announcements.from_event(event) == ANNOUNCEMENT


def test_a_large_announcement_is_sent_without_its_changes(monkeypatch):
    monkeypatch.setattr(announcements, "MAX_EVENT", 17)  # bytes; the changes have 18
    layer = use(RecordingLayer())

    announcements.publish("lobby", ANNOUNCEMENT)

    assert layer.sent == [("room.lobby", {**EVENT, "changes": None})]


async def test_announcements_under_way_are_bounded(received, monkeypatch):
    layer = use(RecordingLayer())
    layer.go.clear()

    for _ in range(announcements.MAX_SENDING + 50):
        announcements.publish("lobby", ANNOUNCEMENT)
    await until(lambda: len(received) == announcements.MAX_SENDING + 50)
    await until(lambda: len(layer.sent) == announcements.MAX_SENDING)
    layer.go.set()
    async with asyncio.timeout(SECONDS):
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)

    assert len(layer.sent) == announcements.MAX_SENDING
