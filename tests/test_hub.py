"""A process's seat in a room: order, gaps, fan-out, whatever the channel layer does."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from channels.layers import get_channel_layer

from chat import database
from chat.journal import journal
from chat.services.messages import post_messages
from tests.database_threads import counted, held, in_readers
from tests.layers import DeafLayer, FickleLayer, told_by_layer_alone, use
from tests.posts import SECONDS, post, posts, until
from tests.sockets import enter

READING = 'FROM "chat_message"'


def bodies(first, last):
    return [str(number) for number in range(first, last + 1)]


async def store(batch):
    await database.write(post_messages, batch)


@pytest.mark.parametrize("seed", range(6))
async def test_readers_see_each_change_once_and_in_order_however_it_is_told(seed, quick_polls):
    use(FickleLayer(seed))
    async with enter() as hers, enter() as his, enter("attic") as elsewhere:
        with told_by_layer_alone("lobby", "attic"):
            for number in range(1, 61):
                await store([post(str(number)), post(str(number), slug="attic")])
                await asyncio.sleep(0)

            assert await hers.bodies(until=60) == bodies(1, 60)
            assert await his.bodies(until=60) == bodies(1, 60)
            assert await elsewhere.bodies(until=60) == bodies(1, 60)


async def test_a_gap_is_read_from_the_log_once_however_many_wait(quick_polls):
    layer = use(DeafLayer())
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(enter()) for _ in range(20)]
        async with counted(in_readers, READING) as queries:
            with told_by_layer_alone("lobby"):
                for message in posts(5):
                    await store([message])

                for reader in readers:
                    assert await reader.bodies(until=5) == bodies(1, 5)

        assert layer.taken >= 5
        assert len(queries) == 1


async def test_an_earlier_announcement_that_comes_late_costs_no_query():
    layer = get_channel_layer()
    async with enter() as hers, counted(in_readers, READING) as queries:
        with told_by_layer_alone("lobby"):
            late = layer.group_send
            layer.group_send = DeafLayer().group_send
            kept = []

            async def keep(group, event):
                kept.append((group, event))

            layer.group_send = keep
            for message in posts(3):
                await store([message])
            await until(lambda: len(kept) == 3)
            for group, event in reversed(kept):
                await late(group, event)

            assert await hers.bodies(until=3) == bodies(1, 3)
        assert queries == []


async def test_live_changes_cost_no_query():
    async with enter() as hers, counted(in_readers, READING) as queries:
        for number in range(1, 6):
            await journal().post(post(str(number)))

        assert await hers.bodies(until=5) == bodies(1, 5)
        assert queries == []


async def test_who_enters_while_the_room_talks_misses_nothing():
    readers = []

    async def talk():
        while len(readers) < 8:
            message = await journal().post(post("Hello"))
        return message.seq

    async with AsyncExitStack() as stack:
        talking = asyncio.create_task(talk())
        for _ in range(8):
            readers.append(await stack.enter_async_context(enter()))
        head = await talking

        for reader in readers:
            await reader.bodies(until=head)
            seqs = [message["seq"] for message in reader.messages]
            assert seqs == list(range(seqs[0], head + 1))
            assert len(seqs) >= min(head, 50)


async def test_what_is_said_while_the_hub_reads_the_log_is_not_lost():
    await store(posts(3))
    async with held(in_readers, at=READING) as (go, arrived), AsyncExitStack() as stack:
        entering = asyncio.create_task(stack.enter_async_context(enter()))
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        await store([post("4"), post("5")])
        go.set()
        hers = await entering

        assert hers.welcome["head"] == 5, "heard of it, before the heads were polled"
        assert await hers.bodies(until=5) == bodies(1, 5)


async def test_with_every_doorbell_lost_others_still_follow_within_3_seconds():
    use(DeafLayer())
    async with enter() as hers:
        with told_by_layer_alone("lobby"):
            await store([post("Hello")])
            started = time.monotonic()

            assert await hers.bodies(until=1) == ["Hello"]

        assert time.monotonic() - started < 3
