"""The tests detect sabotage: with a repair switched off, the verdict names the violation."""

from __future__ import annotations

import asyncio

import pytest

from chat.protocol.frames import PAGE
from testing.waiting import until
from tests.faults.scenario import OPENED, variant, world

CHANGES = 12  # acknowledged ones of each kind, before newcomers come in
WITHIN = 60  # seconds, until there are so many


@pytest.mark.parametrize(
    ("sabotage", "rule"),
    [
        variant("deaf", "everyone_arrived"),
        ("careless", "streams_equal_the_log"),
        ("hasty", "acked_is_stored"),
        variant("forgetful", "nothing_is_invented"),
    ],
)
async def test_the_verdict_names_what_a_sabotaged_node_broke(sabotaged, sabotage, rule):
    async with sabotaged(sabotage) as here:
        async with here.talking(every=0.05, changing=0):
            await asyncio.sleep(1)

        with pytest.raises(AssertionError) as failure:
            await here.verdict(within=3)

    assert f"{rule}: " in str(failure.value)


@pytest.mark.parametrize(
    ("sabotage", "rule"),
    [
        ("hasty with edits", "acked_changes_are_stored"),
        variant("hasty with reactions", "acked_changes_are_stored"),
        variant("toggling", "acked_changes_are_stored"),
        variant("miscounting", "reactions_are_counted"),
        variant("wasteful", "seq_is_dense"),
        ("nostalgic", "deleted_is_gone"),
        ("secretive", "nobody_is_outdated"),
        ("counting from the cursor", "streams_equal_the_log"),
        ("mixing pages", "pages_are_of_the_newest_messages"),
    ],
)
async def test_the_verdict_names_what_sabotage_did_to_changes(sabotaged, sabotage, rule):
    async with sabotaged(sabotage) as here:
        await change_and_reconnect(here)

        with pytest.raises(AssertionError) as failure:
            await here.verdict(within=3)

    assert f"{rule}: " in str(failure.value)


async def test_the_same_nodes_without_sabotage_keep_the_promise(redis_program):
    async with world("no sabotage", nodes=2, people=4, redis=True, command=OPENED) as here:
        await change_and_reconnect(here)

        await here.verdict()


async def change_and_reconnect(here):
    """Talk, edit, delete and react, while one of them is cut off again and again and another is
    away; then that one returns, and newcomers come in."""
    away = here.people[1]
    await away.leave()
    async with here.talking(every=0.1, changing=0.5):
        for _ in range(3):
            await asyncio.sleep(0.3)
            here.people[0].link.drop()
        await until(lambda: everything_happened(here), WITHIN)
        await away.enter()
        await here.invite(2, name="newcomer")
    for person in here.people:
        for _ in range(2):  # as after a lost reply
            person.react(person.recent[-1], "🔁", on=True)


def everything_happened(here):
    kinds = [event["kind"] for person in here.people for event in settled_changes(person)]
    enough = all(kinds.count(kind) >= CHANGES for kind in ("edit", "delete", "react"))
    return enough and sum(len(person.noted("ok")) for person in here.people) > PAGE


def settled_changes(person):
    settled = {event["id"] for event in person.noted("change_ok")}
    return [event for event in person.noted("change") if event["id"] in settled]
