"""Who becomes a regular: counted where messages are stored, and recorded in the background."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.live import members
from chat.live.members import Members
from chat.live.runtime import runtime
from chat.models import Member
from chat.services.moderation.members import hashed_network
from testing.waiting import SECONDS
from tests.database_threads import away, counted, held, in_writer
from tests.moderating import act, author_of, make_regular, own, say
from tests.posts import post, store
from tests.sockets import enter


class Clock:
    now = 1000.0

    def time(self):
        return self.now


@pytest.fixture
def quick_records(monkeypatch):
    """What people write is recorded at once."""
    monkeypatch.setattr(members, "FLUSH_INTERVAL", 0.02)


async def test_somebody_becomes_a_regular_by_staying_and_writing(alice, quick_records):
    async with enter(cookie=alice) as hers:
        await hers.post("One")
        await hers.post("Two")
        await runtime().members.flush()
        await Member.objects.aupdate(since=timezone.now() - timedelta(minutes=16))
        await runtime().members.flush()
        assert not hers.standing["is_regular"]

        await hers.post("Three")

        await hers.until(lambda: hers.standing["is_regular"])
    async with enter(cookie=alice) as hers:
        assert hers.standing["is_regular"], "also when they come back"


async def test_whoever_has_written_enough_becomes_a_regular_when_the_time_has_come(alice):
    async with enter(cookie=alice) as hers:
        await hers.post("One")
        await own(hers)
        await make_regular(hers, minutes=15 - 2 / 60)
        await hers.until(lambda: hers.standing["role"])
        assert not hers.standing["is_regular"]

        await hers.until(lambda: hers.standing["is_regular"])


async def test_removed_messages_do_not_count(alice, bob, quick_records):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seqs = [await his.post(body) for body in ("One", "Two", "Three")]
        await runtime().members.flush()
        await own(hers)
        his_own = Member.objects.filter(author_id=author_of(his))
        assert (await his_own.aget()).written == 3
        await act(hers, "remove", seq=seqs[0])
        assert (await his_own.aget()).written == 2
        await act(hers, "sweep", author_id=author_of(his))
        assert (await his_own.aget()).written == 0


async def test_a_message_that_is_resent_counts_once(alice):
    key = uuid4()
    async with enter(cookie=alice) as hers, enter(cookie=alice) as also_hers:
        for socket in (hers, also_hers, hers):
            assert (await say(socket, "Hello", key))["seq"] == 1
        await hers.post("Other")
        assert (await say(hers, "Hello", key))["seq"] == 1
    async with enter(cookie=alice) as hers:
        assert (await say(hers, "Hello", key))["seq"] == 1
    await runtime().members.flush()

    assert (await Member.objects.aget()).written == 2


async def test_a_messages_of_the_time_before_somebody_entered_here_is_not_counted_again(alice):
    """It was counted by the process that stored it."""
    key = uuid4()
    await store([post("Elsewhere", client_message_id=key)])
    async with enter(cookie=alice) as hers:
        assert (await say(hers, "Elsewhere", key))["seq"] == 1
    await runtime().members.flush()

    assert not await Member.objects.aexists()


async def test_sending_what_others_have_written_does_not_count(alice, bob):
    """Everybody in the room sees its messages with their idempotency keys."""
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await hers.post("One")
        await his.until(lambda: his.messages)
        copied = his.messages[0]
        assert (await say(his, "One", copied["client_message_id"]))["seq"] == 1
        await his.post("Mine")
    await runtime().members.flush()

    written = {each.author_id: each.written async for each in Member.objects.all()}
    assert written == {author_of(hers): 1, author_of(his): 1}


async def test_a_held_message_counts_once_when_its_author_sends_it_again(alice, bob):
    key = uuid4()
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await own(hers)
        await act(hers, "rules", rules={"hold": "everybody"})
        assert (await say(his, "Hello", key))["code"] == "held"
        await act(hers, "approve", client_message_id=str(key))
        assert (await say(his, "Hello", key))["type"] == "ack"
    await runtime().members.flush()

    assert (await Member.objects.aget(author_id=author_of(his))).written == 1


async def test_what_cannot_be_recorded_is_recorded_later(alice):
    async with enter(cookie=alice, client=("203.0.113.7", 1)) as hers:
        await hers.post("One")
        async with away(in_writer):
            await runtime().members.flush()
        assert len(runtime().members) == 1
        await hers.post("Two")
        await runtime().members.flush()
        await runtime().members.flush()

        member = await Member.objects.aget()
        assert (member.written, member.network) == (2, hashed_network("203.0.113.7"))
        assert len(runtime().members) == 0


async def test_many_people_are_recorded_in_parts(monkeypatch):
    monkeypatch.setattr(members, "FLUSH_BATCH", 10)
    here = Members()
    await store([post()])
    for number in range(25):
        here.posted("lobby", f"author {number}", None)
    async with counted(in_writer, 'INSERT INTO "chat_member"') as inserts:
        await here.flush()

    assert len(inserts) == 3
    assert await Member.objects.acount() == 25


async def test_what_is_written_during_a_record_waits_for_the_next_one():
    """Otherwise a busy room would be recorded again and again, without a pause."""
    here = Members()
    await store([post()])
    here.posted("lobby", "alice", None)
    async with (
        counted(in_writer, 'INSERT INTO "chat_member"') as inserts,
        held(in_writer, at='INSERT INTO "chat_member"') as (go, arrived),
    ):
        flushing = asyncio.create_task(here.flush())
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        here.posted("lobby", "alice", None)
        go.set()
        await flushing

        assert len(inserts) == 1
        assert len(here) == 1
    await here.flush()
    assert (await Member.objects.aget()).written == 2


async def test_only_so_many_people_are_remembered(monkeypatch):
    monkeypatch.setattr(members, "MAX_REMEMBERED", 2)
    here = Members()
    clock = Clock()
    monkeypatch.setattr(members, "time", clock)
    for name in ("a", "b", "c"):
        here.entered("lobby", name)
    clock.now += 20

    assert here.seconds_quiet("lobby", "c") == 20
    assert here.seconds_quiet("lobby", "a") == 0, "forgotten"


async def test_those_who_are_here_longer_have_been_quiet_for_longer(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(members, "time", clock)
    here = Members()
    here.entered("lobby", "alice")
    clock.now += 20
    here.entered("lobby", "alice")  # a second connection
    assert here.seconds_quiet("lobby", "alice") == 20
    here.posted("lobby", "alice", None)
    clock.now += 5
    assert here.seconds_quiet("lobby", "alice") == 5
    assert here.seconds_quiet("lobby", "bob") == 0


async def test_a_shutdown_records_who_wrote(alice):
    async with enter(cookie=alice) as hers:
        await hers.post("One")
        await asyncio.wait_for(runtime().shutdown.drain(1), 20)

        assert (await Member.objects.aget()).written == 1
