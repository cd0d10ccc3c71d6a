"""How a process keeps a room's moderation in memory, and who is sent what of it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat import database
from chat.live import housekeeping
from chat.live.runtime import runtime
from chat.models import RemovedText
from chat.protocol.errors import Muted
from chat.protocol.frames import Person
from chat.protocol.moderation import MutePerson
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import perform
from testing.waiting import SECONDS, until
from tests.database_threads import away, counted, held, in_readers
from tests.faulty_channel_layers import SilentLayer, remote_only, use
from tests.moderating import act, author_of, own, say
from tests.posts import post, store
from tests.sockets import Socket, enter, handshake

STAFF = Actor("", "Staff", is_staff=True)


async def mute(author_id, slug="lobby"):
    """Mute somebody below the sockets, as another process does."""
    await database.write(perform, slug, STAFF, MutePerson(1, uuid4(), author_id, 600))


async def test_a_room_without_moderation_costs_no_query(alice):
    await store([post(slug="attic")])
    async with (
        counted(in_readers, "chat_role") as roles,
        counted(in_readers, "chat_act") as acts,
        enter("attic", cookie=alice) as hers,
    ):
        await hers.post("Hello")
        await hers.command("message.edit", seq=2, body="Hello!")
        await hers.command("message.react", seq=2, emoji="👍", on=True)

    assert not roles
    assert not [each for each in acts if "swept_seq" not in each.split("WHERE")[1]]


async def test_what_another_process_decided_is_found_without_an_announcement(alice, quick_polls):
    use(SilentLayer())
    async with enter(cookie=alice) as hers:
        await hers.post("Hello")
        with remote_only("lobby"):
            await mute(author_of(hers))
            await hers.until(lambda: hers.standing["is_muted"])

        assert (await say(hers, "More"))["code"] == "muted"


async def test_decisions_are_kept_over_a_restart(alice):
    async with enter(cookie=alice) as hers:
        await hers.post("Hello")
        await mute(author_of(hers))
        await hers.until(lambda: hers.standing["is_muted"])
    runtime().hubs.stop_lingering()

    async with enter(cookie=alice) as hers:
        assert hers.standing["is_muted"]
        assert (await say(hers, "More"))["code"] == "muted"


async def test_many_changes_at_once_are_read_in_few_reads(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Hello")
        await hers.bodies(until=1)
        roles = 'FROM "chat_role"'
        async with (
            counted(in_readers, roles) as reads,
            held(in_readers, at=roles) as (go, arrived),
        ):
            await mute(author_of(hers))
            await asyncio.to_thread(arrived.wait, SECONDS)
            for _ in range(20):
                await mute(author_of(his))
            go.set()
            await his.until(lambda: his.standing["is_muted"])

        assert len(reads) <= 3


async def test_a_read_that_fails_is_tried_again(alice, quick_polls):
    async with enter(cookie=alice) as hers:
        await hers.post("Hello")
        async with away(in_readers):
            await mute(author_of(hers))
            await runtime().hubs.get("lobby").moderation.loaded()
        assert not runtime().hubs.get("lobby").moderation.is_banned(author_of(hers))

        await hers.until(lambda: hers.standing["is_muted"])


async def test_the_notices_come_after_the_welcome_and_before_anything_else(alice):
    await store([post()])
    socket = Socket(handshake())
    await socket.communicator.connect()
    kinds = [(await socket.frame())["type"] for _ in range(4)]

    assert kinds == ["welcome", "room.rules", "you.changed", "room.changed"]
    await socket.communicator.disconnect(timeout=SECONDS)


async def test_only_who_is_concerned_is_told(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, enter() as theirs:
        await his.post("Hello")
        await own(hers)
        await act(hers, "mute", author_id=author_of(his))
        await his.until(lambda: his.standing["is_muted"])
        seq = await theirs.post("Hello")
        for each in (hers, theirs):
            await each.bodies(until=seq)

        heard = [each for each in theirs.other if each["type"] == "you.changed"]
        assert len(heard) == 1, "after the welcome"
        assert hers.standing == {
            "type": "you.changed",
            "role": "owner",
            "is_regular": False,
            "is_muted": False,
            "muted_until": None,
            "held": [],
        }


async def test_a_slow_reader_gets_the_newest_notices_when_it_reads(alice):
    reads = asyncio.Event()
    reads.set()
    theirs = Socket(handshake(reads=reads))
    async with enter(cookie=alice) as hers:
        await theirs.communicator.connect()
        await theirs.arrive(None)
        await hers.post("Hello")
        await own(hers)
        await theirs.until(lambda: theirs.rules["roles"])
        reads.clear()
        for seconds in range(1, 6):
            await act(hers, "rules", rules={"slow_seconds": seconds})
        reads.set()

        await theirs.until(lambda: theirs.rules["rules"] == {"slow_seconds": 5})
    await theirs.communicator.disconnect(timeout=SECONDS)


async def test_what_a_form_does_in_a_room_that_nobody_is_in_is_checked_too():
    await store([post(slug="attic")])
    await mute("alice", "attic")
    alice = Person("alice", "Alice")

    with pytest.raises(Muted):
        await runtime().posting.post("attic", alice, "More", uuid4(), address=None)


async def test_a_room_in_which_somebody_is_muted_is_freed_when_it_closes(alice):
    """The timer of the mute does not keep it."""
    async with enter("attic", cookie=alice) as hers:
        await hers.post("Hello")
        await mute(author_of(hers), "attic")
        await hers.until(lambda: hers.standing["is_muted"])
        hub = weakref.ref(runtime().hubs.get("attic"))

    gc.disable()
    try:
        await until(lambda: hub() is None)
    finally:
        gc.enable()


async def test_removed_texts_are_erased_while_people_are_in_a_room(alice, bob, monkeypatch):
    monkeypatch.setattr(housekeeping, "INTERVAL", (0.02, 0.05))
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seqs = [await his.post("One"), await his.post("Two")]
        await own(hers)
        for seq in seqs:
            await act(hers, "remove", seq=seq)
        old = RemovedText.objects.filter(message__seq=seqs[0])
        await old.aupdate(removed_at=timezone.now() - timedelta(minutes=11))

        while await old.aexists():
            await hers.command("typing.start")
        assert [each.body async for each in RemovedText.objects.all()] == ["Two"]
