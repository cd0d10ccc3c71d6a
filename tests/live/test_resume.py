"""Resuming: from a cursor, from too far behind, from another log; and scrolling up."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from chat.live.log_frames import LOG_READ_BATCH, LogFrames
from chat.live.runtime import runtime
from chat.protocol.frames import MAX_FRAME_OUT, MAX_PAGE, MAX_REPLAY, PAGE
from chat.services.writes import Delete
from tests.database_threads import held, in_readers
from tests.faulty_channel_layers import SilentLayer, remote_only, use
from tests.posts import post, posts, store
from tests.sockets import SECONDS, enter, handshake


def numbers(first, last):
    return [str(number) for number in range(first, last + 1)]


async def epoch_of(slug="lobby"):
    async with enter(slug) as visitor:
        return visitor.welcome["epoch"]


async def test_500_messages_posted_meanwhile_all_arrive_in_order_and_once():
    async with enter() as hers:
        await hers.post("Back in a minute")
        cursor = (hers.welcome["epoch"], hers.cursor or 1)
    await store(posts(500))

    async with enter(cursor=cursor) as hers:
        assert not hers.welcome["reset"]
        assert await hers.bodies(until=501) == numbers(1, 500)


async def test_nobody_who_resumes_after_a_deletion_shares_a_read_from_before_it():
    await store([post("My password is hunter2"), post("After")])
    frames = LogFrames("lobby")
    async with held(in_readers, at='FROM "chat_message"', after=True) as (go, arrived):
        before = asyncio.create_task(frames.read(0, 2))
        await asyncio.to_thread(arrived.wait, SECONDS)
        await store([Delete("lobby", "alice", 1)])
        after = asyncio.create_task(frames.read(0, 3))
        await asyncio.sleep(0)  # it has begun
        go.set()

        assert "hunter2" in (await before)[0].text.text, "it was read before"
        (frame,) = await after

    assert frame.head == 3
    assert "hunter2" not in frame.text.text


async def test_a_reader_that_missed_nothing_gets_one_empty_frame():
    await store(posts(3))
    async with enter(cursor=(await epoch_of(), 3)) as hers:
        assert not hers.welcome["reset"]
        frame = await hers.frame_of("room.changed")

        assert (frame["after"], frame["head"], frame["messages"]) == (3, 3, [])


async def test_a_cursor_of_a_room_without_messages_stays_valid():
    async with enter("attic") as hers:
        cursor = (hers.welcome["epoch"], hers.welcome["head"])
    await store([post("First", slug="attic")])

    async with enter("attic", cursor=cursor) as hers:
        assert not hers.welcome["reset"]
        assert await hers.bodies(until=1) == ["First"]


async def test_a_cursor_may_be_ahead_of_what_this_process_knows():
    """Another node was faster; the log confirms the cursor."""
    use(SilentLayer())
    async with enter() as behind:
        with remote_only("lobby"):
            await store(posts(3))
        async with enter(cursor=(behind.welcome["epoch"], 3)) as hers:
            assert not hers.welcome["reset"]
            seq = await hers.post("4")
            assert await hers.bodies(until=seq) == ["4"]
        assert await behind.bodies(until=4) == numbers(1, 4)


@pytest.mark.parametrize("while_open", [True, False])
async def test_changes_that_are_no_longer_in_memory_are_read_from_the_log(while_open):
    cursor = (await epoch_of(), 0)
    async with AsyncExitStack() as stack:
        if while_open:
            await stack.enter_async_context(enter())
        for _ in range(4):
            await store(posts(MAX_REPLAY // 4))

        async with enter(cursor=cursor) as hers:
            assert not hers.welcome["reset"]
            assert len(await hers.bodies(until=MAX_REPLAY)) == MAX_REPLAY


async def test_the_log_is_read_in_batches_for_readers_far_behind():
    """A batch stays in memory until its reader has received it, and there may be many readers."""
    await store(posts(2 * LOG_READ_BATCH + 1))
    hub = await runtime().hubs.enter("lobby")

    heads = [
        (await hub.logged_frames(cursor))[-1].head
        for cursor in (0, LOG_READ_BATCH, 2 * LOG_READ_BATCH)
    ]

    assert heads == [LOG_READ_BATCH, 2 * LOG_READ_BATCH, 2 * LOG_READ_BATCH + 1]
    runtime().hubs.leave(hub)


@pytest.mark.parametrize(
    ("epoch", "since"),
    [
        ("another-log", 3),
        ("another-log", 0),
        ("", 3),
        ("EPOCH", 4),
        ("EPOCH", 2**53),
        ("EPOCH", "9" * 400),
        ("EPOCH", -1),
        ("EPOCH", ""),
        ("EPOCH", "3.0"),
        ("EPOCH", "three"),
        ("EPOCH", "%00"),
        ("EPOCH", "\u0663".encode().decode("latin1")),
        ("%FF%FE", 3),
    ],
)
async def test_a_cursor_that_does_not_belong_to_this_log_is_reset(epoch, since):
    await store(posts(3))
    own = await epoch_of()
    async with enter(cursor=(own, 2)) as fitting:
        assert not fitting.welcome["reset"]

    async with enter(cursor=(epoch.replace("EPOCH", own), since)) as hers:
        assert hers.welcome["reset"]
        assert await hers.bodies(until=3) == numbers(1, 3)


@pytest.mark.parametrize("query", ["epoch=EPOCH", "since=3", "epoch=EPOCH&since"])
async def test_half_a_cursor_is_reset(query):
    await store(posts(3))
    query = query.replace("EPOCH", await epoch_of())
    communicator = handshake(f"/ws?{query}")
    await communicator.connect(timeout=SECONDS)

    welcome = await communicator.receive_json_from(timeout=SECONDS)

    assert welcome["reset"]
    await communicator.disconnect(timeout=SECONDS)


async def test_a_reader_too_far_behind_gets_a_reset_and_the_newest_page():
    epoch = await epoch_of()
    for _ in range(4):
        await store(posts(MAX_REPLAY // 4))
    await store([post("last")])

    async with enter(cursor=(epoch, 1)) as near:
        assert not near.welcome["reset"]
        assert len(await near.bodies(until=MAX_REPLAY + 1)) == MAX_REPLAY
    async with enter(cursor=(epoch, 0)) as far:
        assert far.welcome["reset"]
        seen = await far.bodies(until=MAX_REPLAY + 1)
        assert len(seen) == PAGE
        assert seen[-1] == "last"


async def test_a_newcomer_gets_the_newest_page_and_where_it_starts():
    await store(posts(120))
    async with enter() as hers:
        assert not hers.welcome["reset"]
        assert hers.start == 70
        assert await hers.bodies(until=120) == numbers(71, 120)


async def test_scrolling_back_reaches_the_very_first_message():
    await store(posts(130))
    async with enter() as hers:
        oldest, pages, more = hers.start + 1, [], True
        while more:
            page = await hers.command("history.fetch", before=oldest, limit=30)
            pages.insert(0, [message["body"] for message in page["messages"]])
            oldest, more = page["messages"][0]["seq"], page["more"]

        assert [len(page) for page in pages] == [20, 30, 30]
        assert [body for page in pages for body in page] == numbers(1, 80)


async def test_there_is_nothing_before_the_first_message():
    await store(posts(2))
    async with enter() as hers, enter("attic") as elsewhere:
        first = await hers.command("history.fetch", before=2, limit=MAX_PAGE)
        none = await hers.command("history.fetch", before=1, limit=MAX_PAGE)
        nowhere = await elsewhere.command("history.fetch", before=1000, limit=MAX_PAGE)

        assert [message["body"] for message in first["messages"]] == ["1"]
        assert not first["more"]
        assert (none["messages"], none["more"]) == ([], False)
        assert (nowhere["messages"], nowhere["more"]) == ([], False)


async def test_long_messages_come_in_frames_of_bounded_size():
    owls = [post("🦉" * 4000) for _ in range(100)]
    await store(owls)
    async with enter(cursor=(await epoch_of(), 0)) as hers:
        assert len(await hers.bodies(until=100)) == 100

        oldest, sizes, more = 101, [], True
        while more:
            page = await hers.command("history.fetch", before=oldest, limit=MAX_PAGE)
            oldest, more = page["messages"][0]["seq"], page["more"]
            sizes.append(len(page["messages"]))

        assert sum(sizes) == 100
        assert len(sizes) <= 8, "as many as fit"
        assert 200 * 1024 < hers.longest <= MAX_FRAME_OUT


async def test_400_messages_in_a_burst_to_200_connections_lose_none(settings):
    settings.MESSAGE_RATE = settings.COMMAND_RATE = 0
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(enter()) for _ in range(200)]

        async def post_all(person, bodies):
            for body in bodies:
                await person.post(body)

        said = numbers(1, 400)
        await asyncio.gather(*(post_all(people[i], said[i::20]) for i in range(20)))

        logs = [await person.bodies(until=400) for person in people]
        assert sorted(logs[0], key=int) == said
        assert all(log == logs[0] for log in logs)
