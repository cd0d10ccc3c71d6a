"""How many people are in a room, told among processes. Each RoomCounts here is one process's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from chat.live import room_counts
from chat.live.room_counts import RoomCounts
from tests.faulty_channel_layers import BrokenLayer, use
from tests.posts import until


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


async def test_who_serves_nobody_hears_how_many_are_elsewhere():
    async with process(attic=2, cellar=1), process(attic=3), process() as idle:
        await until(lambda: idle.people_in("attic") == 3)  # who hears most, knows most

        await until(lambda: idle.people_in("cellar") == 1)
        assert idle.people_in("nowhere") is None


async def test_who_comes_is_told_at_once(monkeypatch):
    monkeypatch.setattr(room_counts, "HEARTBEAT", 3600)
    async with process(attic=2):
        await asyncio.sleep(0.1)
        async with process() as late:
            await until(lambda: late.people_in("attic") == 2)


async def test_the_counts_of_a_process_that_fell_silent_are_forgotten(monkeypatch):
    monkeypatch.setattr(room_counts, "ROOM_COUNTS_TTL", 0.2)
    async with process() as idle:
        async with process(attic=2):
            await until(lambda: idle.people_in("attic") == 2)

        await until(lambda: idle.people_in("attic") is None)


async def test_counts_are_told_again_when_the_layer_is_back():
    layer = use(BrokenLayer())
    async with process(attic=2), process() as idle:
        await asyncio.sleep(0.1)
        assert idle.people_in("attic") is None

        layer.repair()

        await until(lambda: idle.people_in("attic") == 2)
