"""Readers that stop reading, and how they catch up."""

from __future__ import annotations

import asyncio
import gc

from chat.live.prepared_text import SharedText
from chat.live.runtime import runtime
from tests.posts import post, posts
from tests.sockets import enter


def bodies(first, last):
    return [str(number) for number in range(first, last + 1)]


async def test_a_reader_that_stops_reading_delays_nobody_and_later_gets_everything():
    reads = asyncio.Event()
    reads.set()
    async with enter(reads=reads) as slow, enter() as hers:
        reads.clear()
        for first in range(1, 701, 100):
            batch = [post(str(number)) for number in range(first, first + 100)]
            await asyncio.gather(*(runtime().group_commit.write(message) for message in batch))
        assert await hers.bodies(until=700) == bodies(1, 700)

        reads.set()

        assert await slow.bodies(until=700) == bodies(1, 700)
        assert slow.communicator.output_queue.qsize() <= 1


async def test_nothing_is_queued_for_a_reader_that_stops_reading():
    reads = asyncio.Event()
    reads.set()
    async with enter(reads=reads) as slow, enter() as hers:
        reads.clear()
        for number in range(1, 201):  # one by one: a frame for each
            await runtime().group_commit.write(post(str(number)))
            await hers.bodies(until=number)

        assert sum(isinstance(each, SharedText) for each in gc.get_objects()) < 100

        reads.set()
        assert await slow.bodies(until=200) == bodies(1, 200)


async def test_messages_that_arrive_while_a_reader_is_busy_share_a_frame():
    reads = asyncio.Event()
    reads.set()
    async with enter(reads=reads) as hers:
        reads.clear()
        for number in range(1, 41):
            await runtime().group_commit.write(post(str(number)))
        reads.set()

        frames = 0
        while (hers.cursor or 0) < 40:
            frames += (await hers.frame())["type"] == "room.changed"

        assert frames <= 3
        assert await hers.bodies(until=40) == bodies(1, 40)


async def test_a_reader_too_far_behind_is_closed_to_resume():
    reads = asyncio.Event()
    reads.set()
    async with enter(reads=reads) as slow, enter() as hers:
        await hers.post("1")
        await slow.bodies(until=1)
        reads.clear()
        await asyncio.gather(*(runtime().group_commit.write(message) for message in posts(1600)))
        await hers.bodies(until=1601)
        reads.set()

        assert await slow.close_code() == 4008
