"""Group commit, on whatever database the settings name."""

from __future__ import annotations

import asyncio
import time

import pytest
from django.db import connection

from chat import database
from chat.channel import announcements
from chat.live.group_commit import MAX_BATCH
from chat.live.runtime import runtime
from chat.models import Room
from chat.protocol.errors import Busy, Conflict, NotStored, Unavailable
from testing.waiting import SECONDS, until
from tests.database_threads import away, counted, executing, held, in_writer, stored
from tests.posts import post, posts


def numbered(count):
    return [(number, str(number)) for number in range(1, count + 1)]


async def post_all(messages, **options):
    return await asyncio.gather(
        *(runtime().group_commit.write(message) for message in messages), **options
    )


def writing_with_nothing_queued():
    return runtime().group_commit.is_writing and not runtime().group_commit.queued


async def test_a_post_is_stored_when_it_is_acknowledged():
    message = await runtime().group_commit.write(post("Hello"))

    assert message == 1
    assert await stored() == [(1, "Hello")]


async def test_queued_posts_share_one_transaction():
    async with (
        counted(in_writer, "UPDATE chat_room") as commits,
        held(in_writer, at="UPDATE chat_room") as (go, _),
    ):
        first = asyncio.create_task(runtime().group_commit.write(post("1")))
        await until(writing_with_nothing_queued)
        rest = asyncio.create_task(post_all(posts(51)[1:]))
        await until(lambda: runtime().group_commit.queued == 50)
        go.set()
        await asyncio.gather(first, rest)

    assert await stored() == numbered(51)
    assert len(commits) == 2, "one for the first, one for all that waited meanwhile"


async def test_many_posts_are_stored_in_the_order_they_came_in_few_transactions():
    async with counted(in_writer, "UPDATE chat_room") as commits:
        messages = await post_all(posts(2 * MAX_BATCH + 1))

    assert messages == list(range(1, 2 * MAX_BATCH + 2))
    assert await stored() == numbered(2 * MAX_BATCH + 1)
    assert len(commits) == 3


async def test_authors_acknowledged_together_share_the_next_transaction_too(monkeypatch):
    monkeypatch.setattr("chat.live.group_commit.MAX_BATCH_WAIT", SECONDS)

    def slowly(execute, sql, params, many, context):
        if sql.startswith("UPDATE chat_room"):
            time.sleep(0.1)
        return execute(sql, params, many, context)

    async with (
        executing(slowly, in_writer),
        counted(in_writer, "UPDATE chat_room") as commits,
    ):
        await post_all(posts(2))
        again = asyncio.create_task(runtime().group_commit.write(post("3")))
        for _ in range(20):  # turns of the loop: the other one takes a little longer to answer
            await asyncio.sleep(0)
        await runtime().group_commit.write(post("4"))
        await again

    assert await stored() == numbered(4)
    assert len(commits) == 2


async def test_nothing_is_acknowledged_or_announced_before_the_commit():
    announced = []
    listener = announcements.LocalListener(asyncio.get_running_loop(), announced.append)
    announcements.subscribe("lobby", listener)
    async with held(in_writer, at="UPDATE chat_room") as (go, arrived):
        saying = asyncio.create_task(runtime().group_commit.write(post("Hello")))
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        assert await stored() == []
        assert not saying.done()
        assert not announced

        go.set()
        await saying

    assert await stored() == [(1, "Hello")]
    await until(lambda: announced)
    announcements.unsubscribe("lobby", listener)


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", None), ("body", "lone \ud800"), ("author_name", None), ("client_message_id", "x")],
)
async def test_a_post_that_the_database_refuses_fails_alone(field, value):
    batch = posts(20)
    object.__setattr__(batch[7], field, value)

    outcomes = await post_all(batch, return_exceptions=True)

    assert isinstance(outcomes[7], NotStored)
    others = outcomes[:7] + outcomes[8:]
    assert others == list(range(1, 20))
    assert await stored() == [
        (seq, post.body) for seq, post in zip(others, batch[:7] + batch[8:], strict=True)
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes these")
@pytest.mark.parametrize(("field", "value"), [("body", "N\0UL"), ("author_name", "x" * 33)])
async def test_a_post_that_only_postgresql_refuses_fails_alone(field, value):
    batch = posts(3)
    object.__setattr__(batch[1], field, value)

    first, bad, last = await post_all(batch, return_exceptions=True)

    assert isinstance(bad, NotStored)
    assert (first, last) == (1, 2)


async def test_a_conflict_fails_alone():
    said = post("Hello")
    other = post("Goodbye", client_message_id=said.client_message_id)

    first, refused, last = await post_all([said, other, post("Next")], return_exceptions=True)

    assert (first, last) == (1, 2)
    assert isinstance(refused, Conflict)


async def test_a_full_queue_refuses_posts_and_keeps_those_it_has(settings):
    settings.POST_QUEUE_LIMIT = 3
    async with held(in_writer, at="UPDATE chat_room") as (go, _):
        taken = asyncio.create_task(post_all(posts(1)))
        await until(writing_with_nothing_queued)
        taken = asyncio.gather(taken, post_all([post("2"), post("3"), post("4")]))
        await until(lambda: runtime().group_commit.queued == 3)

        with pytest.raises(Busy) as refusal:
            await runtime().group_commit.write(post("too many"))

        go.set()
        await taken

    assert refusal.value.retry_in_ms > 0
    assert await stored() == numbered(4)
    assert await runtime().group_commit.write(post("now")) == 5


async def test_a_queue_without_a_limit_accepts_everything(settings):
    settings.POST_QUEUE_LIMIT = 0

    messages = await post_all(posts(50))

    assert len(messages) == 50


async def test_posts_are_refused_while_the_database_is_away_and_then_accepted():
    hello = post("Hello")
    async with away(in_writer):
        with pytest.raises(Unavailable) as refusal:
            await runtime().group_commit.write(hello)

    assert refusal.value.retry_in_ms
    assert await runtime().group_commit.write(hello) == 1
    assert await stored() == [(1, "Hello")]


@pytest.mark.parametrize("count", [1, 3])  # a batch that fails is also tried in halves
async def test_a_broken_connection_is_replaced_without_an_error(count):
    await runtime().group_commit.write(post("Before"))
    broken = []

    def break_once(execute, sql, params, many, context):
        if not broken:
            broken.append(sql)
            context["connection"].connection.close()
        return execute(sql, params, many, context)

    async with executing(break_once, in_writer):
        messages = await post_all(posts(count))

    assert broken
    assert messages == list(range(2, count + 2))


async def test_a_client_that_disconnects_does_not_affect_the_rest_of_its_batch():
    async with held(in_writer, at="UPDATE chat_room") as (go, _):
        saying = [
            asyncio.create_task(runtime().group_commit.write(message)) for message in posts(3)
        ]
        await until(writing_with_nothing_queued)
        saying[1].cancel()
        await until(saying[1].done)
        go.set()
        first, last = await asyncio.gather(saying[0], saying[2])

    assert (first, last) == (1, 3)
    assert await stored() == numbered(3), "a queued post is stored even if its connection has ended"


async def test_flush_returns_when_all_queued_posts_are_answered():
    saying = [
        asyncio.create_task(runtime().group_commit.write(message))
        for message in posts(MAX_BATCH + 1)
    ]
    await until(lambda: runtime().group_commit.is_writing)

    await runtime().group_commit.flush()

    assert await stored() == numbered(MAX_BATCH + 1)
    assert (await asyncio.gather(*saying))[-1] == MAX_BATCH + 1
    await runtime().group_commit.flush()


async def test_rooms_of_one_batch_do_not_mix():
    batch = [post(str(number), slug=("attic", "cellar")[number % 2]) for number in range(10)]

    await post_all(batch)

    assert [seq for seq, _ in await stored("attic")] == [1, 2, 3, 4, 5]
    assert [body for _, body in await stored("cellar")] == ["1", "3", "5", "7", "9"]


async def test_reads_do_not_wait_behind_a_write():
    await runtime().group_commit.write(post("Hello"))
    async with held(in_writer, at="UPDATE chat_room") as (go, arrived):
        saying = asyncio.create_task(runtime().group_commit.write(post("Slow")))
        assert await asyncio.to_thread(arrived.wait, SECONDS)

        assert await database.read(Room.objects.log_states, ["lobby"])

        assert not saying.done()
        go.set()
        await saying
