"""Reactions to messages: who may react how often, and what a storm of them costs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from chat.live.commands import HANDLERS
from chat.models import Reaction
from chat.protocol.commands import ReactToMessage
from chat.protocol.errors import CloseCode
from chat.protocol.frames import (
    MAX_REACTION_AUTHORS,
    MAX_REACTION_KINDS,
    MAX_REACTIONS,
)
from tests.people_shown import cookie
from tests.sockets import SECONDS, enter

KINDS = [chr(code) for code in range(0x1F600, 0x1F600 + MAX_REACTION_KINDS + 1)]


async def test_a_reaction_is_counted_once_per_person_and_kind(alice, bob, quick_batches):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seq = await hers.post("Hello")
        mine, yours = hers.welcome["you"]["author_id"], his.welcome["you"]["author_id"]
        for emoji, reader in (("❤", his), ("👍", hers), ("❤️", hers), ("❤️", his)):
            ack = await reader.command("message.react", seq=seq, emoji=emoji, on=True)
        assert ack["seq"] == 4, "nothing new"

        await his.bodies(until=4)
        assert his.latest(seq)["reactions"] == [
            {"emoji": "❤️", "count": 2, "author_ids": [yours, mine]},
            {"emoji": "👍", "count": 1, "author_ids": [mine]},
        ]
        await his.command("message.react", seq=seq, emoji="❤️", on=False)
        await hers.command("message.react", seq=seq, emoji="👍", on=False)
        await his.bodies(until=6)
        assert his.latest(seq)["reactions"] == [{"emoji": "❤️", "count": 1, "author_ids": [mine]}]


@pytest.mark.parametrize("text", ["", "a", "👍👍", "👍 ", "\U0001f3fd", "x" * 5000, ":thumbs_up:"])
async def test_a_reaction_is_exactly_one_emoji(text):
    async with enter() as hers:
        seq = await hers.post("Hello")
        await hers.command("message.react", seq=seq, emoji="👩‍👩‍👧‍👦", on=True)

        assert await hers.refusal("message.react", seq=seq, emoji=text, on=True) == "bad_frame"


async def test_one_person_may_react_in_a_limited_number_of_ways(no_rates, quick_batches):
    async with enter() as hers:
        seq = await hers.post("Hello")
        for emoji in KINDS[:MAX_REACTIONS]:
            await hers.command("message.react", seq=seq, emoji=emoji, on=True)

        more = {"seq": seq, "emoji": KINDS[MAX_REACTIONS]}
        assert await hers.refusal("message.react", **more, on=True) == "too_many"
        await hers.command("message.react", seq=seq, emoji=KINDS[0], on=True)
        await hers.command("message.react", seq=seq, emoji=KINDS[0], on=False)
        await hers.command("message.react", **more, on=True)


async def test_a_message_has_a_limited_number_of_kinds_of_reactions(no_rates, quick_batches):
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(enter(cookie=cookie(f"Guest {number}")))
            for number in range(3)
        ]
        seq = await people[0].post("Hello")
        for place, emoji in enumerate(KINDS[:MAX_REACTION_KINDS]):
            reader = people[place * 2 // MAX_REACTION_KINDS]
            await reader.command("message.react", seq=seq, emoji=emoji, on=True)

        more = {"seq": seq, "emoji": KINDS[MAX_REACTION_KINDS]}
        assert await people[2].refusal("message.react", **more, on=True) == "too_many"
        await people[2].command("message.react", seq=seq, emoji=KINDS[0], on=True)


async def test_people_who_react_together_cost_a_handful_of_changes(no_rates):
    count = MAX_REACTION_AUTHORS + 5
    async with enter() as hers, AsyncExitStack() as stack:
        seq = await hers.post("Hello")
        people = [await stack.enter_async_context(enter()) for _ in range(count)]

        acks = await asyncio.gather(
            *(each.command("message.react", seq=seq, emoji="🎉", on=True) for each in people)
        )

        head = max(ack["seq"] for ack in acks)
        await hers.bodies(until=head)
        (reaction,) = hers.latest(seq)["reactions"]
        assert (reaction["count"], len(reaction["author_ids"])) == (count, MAX_REACTION_AUTHORS)
        assert head - seq <= 3
        assert await Reaction.objects.acount() == count


async def test_a_post_does_not_wait_for_a_reaction_that_gathers(monkeypatch):
    monkeypatch.setattr("chat.live.reaction_batches.GATHERING", SECONDS)
    async with enter() as hers:
        seq = await hers.post("Hello")
        await hers.command("message.react", seq=seq, emoji="🎉", on=True)
        await hers.send({"type": "message.react", "id": 99, "seq": seq, "emoji": "👍", "on": True})

        assert await hers.post("And more") == 3


async def test_a_reaction_that_fails_closes_its_connection(monkeypatch):
    async def broken(visitor, command):
        raise RuntimeError

    monkeypatch.setitem(HANDLERS, ReactToMessage, broken)
    async with enter() as hers:
        await hers.send({"type": "message.react", "id": 1, "seq": 1, "emoji": "👍", "on": True})

        assert await hers.close_code() == CloseCode.FAILED
