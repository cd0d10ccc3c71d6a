"""Readers of plain text get each message once, whatever is done to it and however they read."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from chat.channel.announcements import Change
from chat.live.late_posts import MAX_PASSED, LatePosts
from chat.live.replay_buffer import Frame
from chat.live.runtime import runtime
from chat.services.writes import Delete, Edit, React
from testing.waiting import SECONDS
from tests.faulty_channel_layers import SilentLayer, remote_only, use
from tests.posts import post, posts, store
from tests.sockets import enter, handshake


async def write(write):
    return await runtime().group_commit.write(write)


async def received(plain, count):
    return [await plain.receive_from(SECONDS) for _ in range(count)]


@pytest.fixture
def no_polls(monkeypatch):
    """Nothing is read from the log unless a test says so."""
    monkeypatch.setattr("chat.live.hub_registry.POLL_INTERVAL", (600, 600))


async def test_a_slow_reader_gets_messages_once_and_as_they_are_now():
    reads = asyncio.Event()
    plain = handshake(subprotocols=(), reads=reads)
    async with enter() as hers:
        await plain.connect()
        for message in posts(3):
            await write(message)
        await hers.bodies(until=3)  # the reader has a first frame, which it does not take
        for message in posts(5):
            await write(message)
        await write(Edit("lobby", "alice", 5, "2, edited"))
        await write(Delete("lobby", "alice", 6))
        await write(React("lobby", "bob", "Bob", 7, "👍", True))
        await write(Edit("lobby", "alice", 1, "1, edited"))
        head = await write(post("last"))
        await hers.bodies(until=head)
        reads.set()

        once = ["1", "1", "2", "2, edited", "3", "4", "5"]
        assert sorted(await received(plain, len(once))) == once
        assert await received(plain, 1) == ["last"]
    await plain.disconnect()


@pytest.mark.parametrize("deleted", [False, True])
async def test_a_message_that_was_changed_before_its_post_was_read_comes_with_the_change(
    no_polls, deleted
):
    use(SilentLayer())
    plain = handshake(subprotocols=())
    await plain.connect()
    async with enter() as hers:
        with remote_only("lobby"):
            await store([post("Helo")])
            await store(
                [Delete("lobby", "alice", 1) if deleted else Edit("lobby", "alice", 1, "Hello")]
            )
            await store([post("Bye")])
        hub = runtime().hubs.get("lobby")
        for head in (1, 2, 3):
            hub.on_head(head)
            await hers.bodies(until=head)

        assert await plain.receive_from(SECONDS) == ("Bye" if deleted else "Hello")
    await plain.disconnect()


def frame(after, head, *changes):
    """`changes` are (seq, the message's seq)."""
    return Frame(after, head, [Change(seq, msgspec.Raw(b"{}"), of) for seq, of in changes])


def shown(late_posts, *numbers):
    return [change.seq for change in late_posts.first_shown_in(frame(*numbers))]


def test_a_change_shows_a_message_once():
    late_posts = LatePosts()

    assert shown(late_posts, 0, 2, (2, 2)) == [2]
    assert shown(late_posts, 2, 3, (3, 2)) == []
    assert shown(late_posts, 3, 4, (4, 1)) == [4]
    assert shown(late_posts, 4, 5, (5, 1)) == []


def test_a_message_comes_late_within_one_frame():
    assert shown(LatePosts(), 0, 3, (1, 1), (3, 2)) == [1, 3]


def test_the_newest_seqs_are_remembered():
    late_posts = LatePosts()

    assert shown(late_posts, 0, MAX_PASSED + 2) == []
    assert len(late_posts) == MAX_PASSED
    head = MAX_PASSED + 2
    assert shown(late_posts, head, head + 2, (head + 1, 2), (head + 2, 3)) == [head + 2]
