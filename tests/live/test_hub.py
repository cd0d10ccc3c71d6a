"""One room in one process: order and gaps, whatever the channel layer does."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from chat.channel import announcements
from chat.live.runtime import runtime
from testing.waiting import SECONDS, until
from tests.database_threads import counted, held, in_readers
from tests.faulty_channel_layers import (
    ManualLayer,
    SilentLayer,
    UnreliableLayer,
    remote_only,
    use,
)
from tests.posts import post, posts, store
from tests.sockets import enter

READING = 'FROM "chat_message"'


def bodies(first, last):
    return [str(number) for number in range(first, last + 1)]


@pytest.mark.parametrize("seed", range(6))
async def test_readers_get_each_change_once_and_in_order_whatever_the_layer_does(seed, quick_polls):
    use(UnreliableLayer(seed))
    async with enter() as hers, enter() as his, enter("attic") as elsewhere:
        with remote_only("lobby", "attic"):
            for number in range(1, 61):
                await store([post(str(number)), post(str(number), slug="attic")])
                await asyncio.sleep(0)

            assert await hers.bodies(until=60) == bodies(1, 60)
            assert await his.bodies(until=60) == bodies(1, 60)
            assert await elsewhere.bodies(until=60) == bodies(1, 60)


async def test_a_gap_is_read_from_the_log_once_for_all_readers(monkeypatch):
    monkeypatch.setattr("chat.live.hub.REORDER_WINDOW", (0.05, 0.05))
    layer = use(ManualLayer())
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(enter()) for _ in range(20)]
        async with counted(in_readers, READING) as queries:
            with remote_only("lobby"):
                for message in posts(5):
                    await store([message])
                await until(lambda: len(layer.kept) == 5)
                for number in (1, 2, 3, 4):
                    await layer.deliver(number)

                for reader in readers:
                    assert await reader.bodies(until=5) == bodies(1, 5)

        assert len(queries) == 1


async def test_without_any_announcement_the_log_is_read_once_for_all_readers(quick_polls):
    use(SilentLayer())
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(enter()) for _ in range(20)]
        async with counted(in_readers, READING) as queries:
            with remote_only("lobby"):
                await store(posts(5))

                for reader in readers:
                    assert await reader.bodies(until=5) == bodies(1, 5)

        assert len(queries) == 1


async def test_an_announcement_may_arrive_late_and_costs_no_query(monkeypatch):
    monkeypatch.setattr("chat.live.hub.REORDER_WINDOW", (60, 60))
    layer = use(ManualLayer())
    async with enter() as hers, counted(in_readers, READING) as queries:
        with remote_only("lobby"):
            for message in posts(3):
                await store([message])
            await until(lambda: len(layer.kept) == 3)
            for number in (2, 1):
                await layer.deliver(number)
            await layer.deliver(0)

            assert await hers.bodies(until=3) == bodies(1, 3)
        assert queries == []


async def test_overlapping_announcements_deliver_nothing_twice():
    layer = use(ManualLayer())
    async with enter() as hers:
        with remote_only("lobby"):
            for message in posts(3):
                await store([message])
            await until(lambda: len(layer.kept) == 3)
        first, second, third = (event for _, event in layer.kept)
        both = first | {"head": 2, "changes": first["changes"] + second["changes"]}
        rest = second | {"head": 3, "changes": second["changes"] + third["changes"]}

        for event in (both, rest, first):  # all before the next pass
            runtime().hubs.get("lobby").on_announcement(announcements.from_event(event))

        assert await hers.bodies(until=3) == bodies(1, 3)


async def test_live_changes_cost_no_query():
    async with enter() as hers, counted(in_readers, READING) as queries:
        for number in range(1, 6):
            await runtime().group_commit.write(post(str(number)))

        assert await hers.bodies(until=5) == bodies(1, 5)
        assert queries == []


async def test_people_who_enter_a_busy_room_miss_nothing():
    readers = []

    async def post_on():
        while len(readers) < 8:
            seq = await runtime().group_commit.write(post("Hello"))
        return seq

    async with AsyncExitStack() as stack:
        posting = asyncio.create_task(post_on())
        for _ in range(8):
            readers.append(await stack.enter_async_context(enter()))
        head = await posting

        for reader in readers:
            await reader.bodies(until=head)
            seqs = [message["seq"] for message in reader.messages]
            assert seqs == list(range(seqs[0], head + 1))
            assert len(seqs) >= min(head, 50)


async def test_messages_posted_while_the_hub_reads_the_log_are_not_lost():
    await store(posts(3))
    async with held(in_readers, at=READING) as (go, arrived), AsyncExitStack() as stack:
        entering = asyncio.create_task(stack.enter_async_context(enter()))
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        await store([post("4"), post("5")])
        go.set()
        hers = await entering

        assert hers.welcome["head"] == 5, "known before the heads were polled"
        assert await hers.bodies(until=5) == bodies(1, 5)


async def test_more_announcements_than_are_kept_while_the_log_is_read_lose_nothing(monkeypatch):
    monkeypatch.setattr("chat.live.hub.MAX_BEFORE_OPEN", 2)
    await store(posts(3))
    async with held(in_readers, at=READING) as (go, arrived), AsyncExitStack() as stack:
        entering = asyncio.create_task(stack.enter_async_context(enter()))
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        for number in range(4, 9):
            await store([post(str(number))])
        go.set()
        hers = await entering

        assert await hers.bodies(until=8) == bodies(1, 8)


async def test_without_any_announcement_messages_arrive_within_3_seconds():
    use(SilentLayer())
    async with enter() as hers:
        with remote_only("lobby"):
            await store([post("Hello")])
            started = time.monotonic()

            assert await hers.bodies(until=1) == ["Hello"]

        assert time.monotonic() - started < 3
