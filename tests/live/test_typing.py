"""The list of people typing, as others in the room see it."""

from __future__ import annotations

import time

import pytest

from chat.access import rate_limits
from chat.live import presence, roster
from tests.people_shown import sees, sees_typing
from tests.sockets import enter

pytestmark = pytest.mark.usefixtures("quick_lists")


async def test_typing_shows_and_ends_with_the_message(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await hers.command("typing.start")
        await sees_typing(his, "Alice")

        await hers.post("There")
        await sees_typing(his)


async def test_typing_ends_when_the_person_leaves(alice, bob):
    async with enter(cookie=bob) as his:
        async with enter(cookie=alice) as hers:
            await hers.command("typing.start")
            await sees_typing(his, "Alice")

        await sees_typing(his)


async def test_typing_expires_by_itself(alice, bob, monkeypatch):
    monkeypatch.setattr(roster, "TYPING_TTL", 0.2)
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await hers.command("typing.start")
        await sees_typing(his, "Alice")

        await sees_typing(his)


async def test_typing_expires_in_time_where_lists_of_people_are_rare(alice, bob, monkeypatch):
    monkeypatch.setattr(roster, "TYPING_TTL", 0.2)
    monkeypatch.setattr(presence, "CROWD", 0.001)  # connections
    monkeypatch.setattr(presence, "LONGEST", 60)
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        monkeypatch.setattr(presence, "LONGEST", 0.05)  # for later pauses
        await hers.command("typing.start")
        await sees_typing(his, "Alice")

        await sees_typing(his)


async def test_two_people_can_type_at_the_same_time(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, enter() as watching:
        await hers.command("typing.start")
        await his.command("typing.start")
        await sees_typing(watching, "Alice", "Bob")

        await hers.post("Done")
        await sees_typing(watching, "Bob")


async def test_a_newcomer_sees_who_is_typing(alice, bob):
    async with enter(cookie=alice) as hers:
        await hers.command("typing.start")

        async with enter(cookie=bob) as his:
            await sees_typing(his, "Alice")


async def test_many_renames_while_typing_reach_others_in_few_frames(alice, bob, monkeypatch):
    monkeypatch.setattr(rate_limits, "NAMES", (0, 0))
    monkeypatch.setattr(presence, "COALESCE", 0.5)
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await hers.command("typing.start")
        await sees_typing(his, "Alice")
        began_at = time.monotonic()

        for number in range(60):
            await hers.command("name.set", name=f"Alice {number}")

        await sees_typing(his, "Alice 59")
        await sees(his, "Alice 59", "Bob")
        pauses = (time.monotonic() - began_at) / 0.5
        frames = [frame["type"] for frame in his.other]
        assert frames.count("typing") <= pauses + 2
        assert frames.count("people.changed") <= pauses + 2
