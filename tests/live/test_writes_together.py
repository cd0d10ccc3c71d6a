"""Posts and changes that share a transaction, and what happens when one of them fails."""

from __future__ import annotations

import asyncio

import pytest
from django.db import IntegrityError
from prometheus_client import REGISTRY

from chat.channel import announcements
from chat.live.reaction_batches import ReactionBatches
from chat.live.runtime import runtime
from chat.models import Message, Reaction, Room
from chat.protocol.errors import Busy, NotFound, NotStored, NotYours
from chat.services.writes import Delete, Edit, React
from testing.waiting import SECONDS, until
from tests.database_threads import counted, executing, held, in_writer
from tests.faulty_channel_layers import ManualLayer, remote_only, use
from tests.posts import post, posts, store
from tests.sockets import enter


def edit(seq, body="Edited", author="alice"):
    return Edit("lobby", author, seq, body)


def react(number, seq=1, emoji="👍"):
    return React("lobby", f"guest-{number}", f"Guest {number}", seq, emoji, True)


async def write_all(writes):
    group_commit = runtime().group_commit
    return await asyncio.gather(*map(group_commit.write, writes), return_exceptions=True)


async def queued(writes):
    """Write them in one transaction, after one that is under way."""
    async with held(in_writer, at="UPDATE chat_room") as (go, _):
        first = asyncio.create_task(write_all([post("first")]))
        group_commit = runtime().group_commit
        await until(lambda: group_commit.is_writing and not group_commit.queued)
        rest = asyncio.create_task(write_all(writes))
        await until(lambda: group_commit.queued == len(writes))
        go.set()
        await first
        return await rest


async def test_the_metric_of_a_batch_counts_each_reaction_that_gathered():
    await store(posts(1))

    def counted_until_now():
        return REGISTRY.get_sample_value("chat_batch_posts_sum")

    before = counted_until_now()
    await runtime().group_commit.write_together([react(number) for number in range(3)])

    assert counted_until_now() == before + 3


async def test_posts_and_changes_share_a_transaction_and_posts_come_first():
    await store(posts(3))
    async with counted(in_writer, "UPDATE chat_room") as commits:
        outcomes = await queued(
            [edit(1), post("5"), edit(2), edit(1, "Again"), post("6"), react(1, 3)]
        )

    assert len(commits) == 2
    assert outcomes == [7, 5, 8, 7, 6, 9], "one seq for all that changes one message"
    assert [message.body async for message in Message.objects.order_by("seq")] == [
        "Again",
        "Edited",
        "3",
        "first",
        "5",
        "6",
    ]
    assert (await Room.objects.aget(slug="lobby")).head == 9


async def test_refusals_do_not_affect_the_rest_of_their_batch():
    await store(posts(2))

    outcomes = await queued([edit(1, author="mallory"), edit(99), post("4"), edit(1)])

    assert isinstance(outcomes[0], NotYours)
    assert isinstance(outcomes[1], NotFound)
    assert outcomes[2:] == [4, 5]


@pytest.mark.parametrize("bad", [0, 2, 4])
async def test_a_change_that_the_database_refuses_fails_alone(bad):
    await store(posts(3))
    writes = [edit(1), post("4"), edit(2), react(1, 3), edit(3)]
    writes[bad] = edit(bad // 2 + 1, "refused")

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "refused" in str(params):
            raise IntegrityError("refused")
        return execute(sql, params, many, context)

    async with executing(refuse, in_writer):
        outcomes = await write_all(writes)

    assert isinstance(outcomes.pop(bad), NotStored)
    assert all(isinstance(each, int) for each in outcomes), outcomes
    assert not await Message.objects.filter(body="refused").aexists()


async def test_a_write_that_is_tried_again_is_stored_and_announced_once():
    await store(posts(1))
    failed = []

    def fail_once(execute, sql, params, many, context):
        if not failed and sql.startswith("UPDATE chat_room"):
            failed.append(sql)
            raise IntegrityError("the first attempt")
        return execute(sql, params, many, context)

    async with enter() as hers, executing(fail_once, in_writer):
        outcomes = await write_all([edit(1), react(1)])
        await hers.bodies(until=max(outcomes))

        assert failed
        assert await Reaction.objects.acount() == 1
        assert (await Room.objects.aget(slug="lobby")).head == max(outcomes) <= 3


async def test_a_storm_of_reactions_is_one_transaction_and_one_seq():
    await store(posts(1))
    batches = ReactionBatches(runtime().group_commit)
    async with counted(in_writer, "UPDATE chat_room") as commits:
        outcomes = await asyncio.gather(*(batches.react(react(number)) for number in range(100)))

    assert len(commits) == 2
    assert sorted(set(outcomes)) == [2, 3]
    assert outcomes.count(2) == 1, "the first one does not wait"
    assert await Reaction.objects.acount() == 100


async def test_reactions_to_different_messages_do_not_wait_for_each_other():
    await store(posts(3))
    batches = ReactionBatches(runtime().group_commit)
    async with counted(in_writer, "UPDATE chat_room") as commits:
        outcomes = await asyncio.gather(*(batches.react(react(1, seq)) for seq in (1, 2, 3)))

    assert sorted(outcomes) == [4, 5, 6]
    assert len(commits) <= 3


async def test_reactions_that_gather_while_their_message_is_deleted_are_refused():
    await store(posts(1))
    batches = ReactionBatches(runtime().group_commit)
    await batches.react(react(0))
    reacting = [batches.react(react(number)) for number in (1, 2)]
    gathering = asyncio.gather(*reacting, return_exceptions=True)
    await store([Delete("lobby", "alice", 1)])
    outcomes = await gathering

    codes = [getattr(each, "code", None) for each in outcomes]
    assert codes == ["deleted", "deleted"]


async def test_reactions_are_refused_as_busy_while_the_queue_is_full(settings):
    settings.POST_QUEUE_LIMIT = 1
    await store(posts(1))
    batches = ReactionBatches(runtime().group_commit)
    await batches.react(react(0))
    async with held(in_writer, at="UPDATE chat_room") as (go, arrived):
        blocking = asyncio.create_task(write_all([post("blocks")]))
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        waiting = asyncio.create_task(write_all([post("waits")]))
        await until(lambda: runtime().group_commit.queued)
        with pytest.raises(Busy):
            await batches.react(react(1))  # gathers with others, unless all that took long
        go.set()
        await asyncio.gather(blocking, waiting)

    assert await batches.react(react(1))
    assert await Reaction.objects.filter(author_id="guest-1").acount() == 1


async def test_changes_too_large_for_an_event_are_read_from_the_log(monkeypatch):
    monkeypatch.setattr(announcements, "MAX_EVENT", 500)
    layer = use(ManualLayer())
    async with enter() as hers:
        with remote_only("lobby"):
            await store(posts(2))
            await store([edit(1, "x" * 600), edit(2, "small")])
            await until(lambda: len(layer.kept) == 2)
            assert layer.kept[1][1]["changes"] is None
            for number in (0, 1):
                await layer.deliver(number)

            await hers.bodies(until=4)
            assert hers.latest(1)["body"] == "x" * 600
            assert hers.latest(2)["body"] == "small"


async def test_a_slow_reader_behind_by_changes_gets_the_newest_version_only():
    reads = asyncio.Event()
    reads.set()
    await store(posts(5))
    async with enter(reads=reads) as slow, enter() as hers:
        reads.clear()
        for number in range(30):
            await runtime().group_commit.write(edit(number % 5 + 1, f"version {number}"))
        await hers.bodies(until=35)
        reads.set()
        await slow.bodies(until=35)

        assert [slow.latest(seq)["body"] for seq in range(1, 6)] == [
            f"version {n}" for n in range(25, 30)
        ]
        assert len(slow.messages) < 5 + 30


async def test_pruning_while_messages_change_drops_what_was_pruned(quick_polls):
    await store(posts(5))
    async with enter() as hers:
        await hers.bodies(until=5)
        await runtime().group_commit.write(edit(1, "pruned words"))
        await runtime().group_commit.write(edit(4, "kept"))
        await hers.bodies(until=7)
        await Message.objects.filter(seq__lte=2).adelete()
        await Room.objects.filter(slug="lobby").aupdate(pruned_upto=2)
        hub = runtime().hubs.get("lobby")
        await until(lambda: hub.pruned_upto == 2)
        cursor = hers.welcome["epoch"], 0

        for asked in (None, cursor):
            async with enter(cursor=asked) as his:
                assert sorted({each["seq"] for each in his.messages}) == [3, 4, 5]
                assert his.latest(4)["body"] == "kept"
