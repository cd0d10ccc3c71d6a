"""How many people are in a room, shared among processes. Each RoomCounts here is one process's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from channels.layers import get_channel_layer

from chat.live import room_counts
from chat.live.room_counts import RoomCounts
from testing.waiting import until
from tests.faulty_channel_layers import BrokenLayer, RecordingLayer, use


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(room_counts, "HEARTBEAT", 0.05)


@asynccontextmanager
async def process(**counts):
    """A process with so many people in these rooms."""
    here = RoomCounts(lambda: counts)
    running = asyncio.create_task(here.run())
    try:
        yield here
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_process_without_a_room_learns_the_highest_count_of_the_others():
    async with process(attic=2, cellar=1), process(attic=3), process() as idle:
        await until(lambda: idle.people_in("attic") == 3)

        await until(lambda: idle.people_in("cellar") == 1)
        assert idle.people_in("nowhere") is None


async def test_a_new_process_gets_the_counts_without_waiting_for_a_heartbeat(monkeypatch):
    monkeypatch.setattr(room_counts, "HEARTBEAT", 3600)
    layer = get_channel_layer()
    async with process(attic=2):
        await until(lambda: layer.groups.get(room_counts.GROUP))
        async with process() as late:
            await until(lambda: late.people_in("attic") == 2)


async def test_the_counts_of_a_process_that_ended_are_forgotten(monkeypatch):
    monkeypatch.setattr(room_counts, "ROOM_COUNTS_TTL", 0.2)
    async with process() as idle:
        async with process(attic=2):
            await until(lambda: idle.people_in("attic") == 2)

        await until(lambda: idle.people_in("attic") is None)


async def test_a_process_does_not_count_its_own_report():
    async with process(attic=2) as here, process() as other:
        await until(lambda: other.people_in("attic") == 2)

        assert here.people_in("attic") is None


async def test_counts_are_sent_again_when_the_layer_works_again(chat_log):
    layer = use(BrokenLayer())
    async with process(attic=2), process() as idle:
        await until(lambda: "the broker is gone" in chat_log.text)
        assert idle.people_in("attic") is None

        layer.repair()

        await until(lambda: idle.people_in("attic") == 2)


async def test_the_events_are_those_that_the_previous_release_understands():
    layer = use(RecordingLayer())
    async with process(attic=2):
        await until(lambda: len({event["type"] for _, event in layer.sent}) == 2)

    assert {group for group, _ in layer.sent} == {"census"}
    nodes = {event["node"] for _, event in layer.sent}
    assert len(nodes) == 1
    events = {event["type"]: event for _, event in layer.sent}
    assert events == {
        "census.ask": {"type": "census.ask", "node": nodes.pop()},
        "census.here": events["census.ask"] | {"type": "census.here", "counts": [["attic", 2]]},
    }
