"""People talk for a long time, come and go, and the server's memory stays flat."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from tests.faults import figures, hostile
from tests.faults.scenario import either, world

SECONDS = float(os.environ.get("SOAK_SECONDS", 25))
EVERY = either(0.5, 1.5)  # seconds between messages of one person: the short run sends as many
VISITS = either(0.3, 1)  # seconds between visitors
WARM_UP = 1 / 3  # of it, in which memory may grow: caches, threads, the database's pages
PEOPLE = 30
FLAT = 16  # MiB that memory may still grow afterwards

MIB = 1024 * 1024


@pytest.mark.takes(SECONDS + 120)
async def test_memory_is_flat_while_people_talk_and_come_and_go():
    async with world("soak", people=PEOPLE) as here:
        pid = here.nodes[0].pid
        samples = []
        visitors = asyncio.create_task(come_and_go(here))
        try:
            async with here.talking(every=EVERY):
                while (elapsed := time.monotonic() - here.began_at) < SECONDS:
                    samples.append((elapsed, hostile.resident(pid) / MIB))
                    await asyncio.sleep(0.5)
        finally:
            visitors.cancel()
            await asyncio.gather(visitors, return_exceptions=True)
        await here.verdict()
        warm = [size for elapsed, size in samples if elapsed > SECONDS * WARM_UP]
        here.report(
            seconds=SECONDS,
            messages=sum(len(person.noted("ok")) for person in here.people),
            ack_p99_ms=figures.p99_ms(here.people),
            start_mib=samples[0][1],
            warm_mib=warm[0],
            end_mib=warm[-1],
        )
        assert warm[-1] - warm[0] < FLAT
        assert here.closes() == []


async def come_and_go(here):
    """New visitors, one after the other, who read the latest page and leave."""
    number = 0
    while True:
        number += 1
        visitor = await here.make_person(f"visitor-{number}")
        await visitor.enter()
        await asyncio.sleep(VISITS)
        await visitor.leave()
