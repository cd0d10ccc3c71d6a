"""What a moderator does reaches everybody; and a node that gets it wrong is found."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.latency import answered
from tests.faults.moderator import Moderator
from tests.faults.scenario import OPENED, variant, world

WRITTEN = 4  # messages of each


@pytest.mark.parametrize(
    ("sabotage", "rule"),
    [
        ("hasty with acts", "acked_acts_are_stored"),
        variant("renaming acts", "acked_acts_are_stored"),
        ("indulgent", "removed_is_gone"),
        variant("discreet", "streams_equal_the_log"),
        variant("unforgiving", "removed_is_decided"),
    ],
)
async def test_the_verdict_names_what_sabotage_did_to_acts(sabotaged, sabotage, rule):
    async with sabotaged(sabotage) as here:
        await moderate_and_reconnect(here)

        with pytest.raises(AssertionError) as failure:
            await here.verdict(within=3)

    assert f"{rule}: " in str(failure.value)


async def test_removals_sweeps_and_their_undoing_reach_everybody(redis_program):
    async with world("moderation", nodes=2, people=4, redis=True, command=OPENED) as here:
        await moderate_and_reconnect(here)

        history = await here.verdict()

        assert [act.kind for act in history["log"]["acts"]] == ["role", "remove", "sweep", "sweep"]
        assert sum(row.removed for row in history["log"]["rows"]) == WRITTEN


async def moderate_and_reconnect(here):
    """Remove one of Mallory's messages and sweep the others; sweep Bob's and undo that. Alice is
    away meanwhile, and somebody enters before and after the undoing."""
    alice, bob, mallory, _ = here.people
    for _ in range(WRITTEN):
        for person in here.people:
            person.send(f"{person.name} writes")
        await asyncio.gather(*(answered(person) for person in here.people))
    written = WRITTEN * len(here.people)
    for person in here.people:
        await person.until(lambda person=person: len(person.seqs) == written, 60)
    (moderator,) = await here.invite(1, name="moderator", kind=Moderator)
    await moderator.claim(here.store)
    await alice.leave()
    bob.react(mallory.recent[0], "👎", on=True)
    await bob.until(lambda: not bob.waits, 60)

    moderator.act("remove", mallory.seqs[mallory.own[0]])
    moderator.act("sweep", mallory.author_ids[-1])
    sweep = moderator.act("sweep", bob.author_ids[-1])
    await moderator.settled()
    await here.invite(2, name="newcomer")
    moderator.undo(sweep)
    await moderator.settled()
    await here.invite(2, name="late")
    await alice.enter()
    bob.link.drop()
