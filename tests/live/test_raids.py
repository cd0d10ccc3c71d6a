"""Raids: a room protects itself, and its regulars notice nothing."""

from __future__ import annotations

from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from chat.live import enforcement, raids
from chat.live.raids import RAID_MESSAGES, RAID_REGULARS, RAID_WINDOW, REGULAR_WINDOW, RaidWatch
from chat.live.runtime import runtime
from chat.models import Act, Room
from testing.waiting import until
from tests.moderating import act, make_regular, own, refusal_of, say
from tests.sockets import enter


@pytest.fixture
def few(monkeypatch, no_rates):
    """A few messages of newcomers are a raid."""
    monkeypatch.setattr(raids, "RAID_MESSAGES", 5)


async def regulars_in(stack):
    """As many regulars as a room needs to be raided, who are shown as present."""
    regulars = [await stack.enter_async_context(enter()) for _ in range(RAID_REGULARS)]
    await regulars[0].post("Hello")
    for each in regulars:
        await make_regular(each)
        await each.until(lambda each=each: each.standing["is_regular"])
    presence = runtime().hubs.get("lobby").presence
    await until(lambda: len(presence.people()) >= RAID_REGULARS)
    return regulars


def test_more_messages_of_newcomers_than_usual_in_a_minute_are_too_many():
    watch = RaidWatch()
    assert not any(watch.newcomer_posted(1000.0) for _ in range(RAID_MESSAGES))
    assert watch.newcomer_posted(1000 + RAID_WINDOW)
    assert not watch.newcomer_posted(1000 + RAID_WINDOW), "it starts anew"


def test_messages_that_come_slowly_are_none():
    watch = RaidWatch()
    pause = (RAID_WINDOW + 1) / RAID_MESSAGES
    assert not any(watch.newcomer_posted(1000 + number * pause) for number in range(500))


def test_regulars_who_wrote_within_the_hour_are_known():
    watch = RaidWatch()
    for number in range(RAID_REGULARS + 2):
        watch.regular_posted(f"regular {number}", 1000.0 + number)
    watch.regular_posted("regular 2", 1100.0)

    expected = {f"regular {number}" for number in range(2, RAID_REGULARS + 2)}
    assert watch.recent_regulars(1100.0) == expected
    assert watch.recent_regulars(1100.0 + REGULAR_WINDOW) == {"regular 2"}


async def test_a_raided_room_slows_newcomers_and_nobody_else(few, monkeypatch):
    async with AsyncExitStack() as stack:
        regulars = await regulars_in(stack)
        raider = await stack.enter_async_context(enter())
        for _ in range(6):
            await raider.post("Spam")

        for each in (*regulars, raider):
            await each.until(lambda each=each: each.rules["raid_until"])
        refused = await say(raider, "More")
        assert (refused["code"], 0 < refused["retry_in_ms"] <= 30_000) == ("slow_mode", True)
        for _ in range(3):
            await regulars[1].post("We talk on")
        newcomer = await stack.enter_async_context(enter())
        assert newcomer.rules["raid_until"]
        assert await refusal_of(newcomer, "What is going on?") == "slow_mode"

        monkeypatch.setattr(enforcement, "NEWCOMER_PAUSE", 0)
        monkeypatch.setattr(enforcement, "NEWCOMERS", (0.001, 2))
        assert (await say(newcomer, "One"))["type"] == "ack"
        assert (await say(raider, "Two"))["type"] == "ack"
        assert await refusal_of(newcomer, "Three") == "slow_mode", "all newcomers share these"
        await regulars[2].post("We do not")

        await own(regulars[0])
        await act(regulars[0], "end_raid")
        await raider.until(lambda: not raider.rules["raid_until"])
        await raider.post("Free again")
        kinds = [
            each async for each in Act.objects.filter(kind="raid").values_list("detail", flat=True)
        ]
        assert kinds == ["on", "off"]


async def test_a_message_that_is_stored_is_acknowledged_in_a_raid(few):
    key = uuid4()
    async with AsyncExitStack() as stack:
        await regulars_in(stack)
        raider = await stack.enter_async_context(enter())
        first = await say(raider, "Spam", key)
        for _ in range(5):
            await raider.post("Spam")
        await raider.until(lambda: raider.rules["raid_until"])

        assert (await say(raider, "Spam", key))["seq"] == first["seq"]
        assert await refusal_of(raider, "Spam") == "slow_mode"


async def test_a_new_room_in_which_many_talk_is_not_raided(few):
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(enter()) for _ in range(3)]
        for number in range(20):
            await people[number % 3].post("Welcome everybody")
        await people[0].bodies(until=20)

        assert (await Room.objects.aget()).raid_until is None


async def test_moderators_are_no_newcomers(few, alice):
    async with AsyncExitStack() as stack:
        await regulars_in(stack)
        hers = await stack.enter_async_context(enter(cookie=alice))
        await own(hers)
        for _ in range(20):
            await hers.post("Rules, one by one")

        assert (await Room.objects.aget()).raid_until is None


async def test_regulars_who_wrote_and_left_are_counted_too(few):
    async with AsyncExitStack() as regular_stack, enter() as raider:
        for each in await regulars_in(regular_stack):
            await each.post("Good night")
        await regular_stack.aclose()
        presence = runtime().hubs.get("lobby").presence
        await until(lambda: len(presence.people()) == 1)
        for _ in range(6):
            await raider.post("Spam")

        await raider.until(lambda: raider.rules["raid_until"])
