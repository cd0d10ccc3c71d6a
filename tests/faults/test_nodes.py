"""Nodes die and are replaced while people talk; they resume on another node."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter

import pytest

from testing import processes
from tests.faults.scenario import OPENED, either, world

pytestmark = pytest.mark.usefixtures("redis_program")


@pytest.mark.parametrize("seed", range(1, either(1, 20) + 1))
async def test_nothing_is_lost_when_a_node_is_killed(postgres_server, seed):
    options = {"nodes": either(2, 3), "people": either(12, 200)}
    options |= {"postgres": postgres_server, "redis": True}
    async with world("SIGKILL of a node", seed=seed, **options) as here:
        victim = here.nodes[0]
        async with here.talking(every=either(0.3, 10)):
            await asyncio.sleep(here.random.uniform(0.5, 1.5))
            killed_at = time.monotonic()
            await asyncio.to_thread(victim.kill)
            recovery = await here.delivered_to_all(here.people[1], since=killed_at)
            await asyncio.to_thread(victim.start)
        await here.verdict()
        assert here.resets() == 0
        here.report(seed=seed, recovery=recovery, closes=dict(Counter(here.closes())))


async def test_the_only_node_is_killed_and_comes_back():
    async with world("SIGKILL of the only node, SQLite", people=12) as here:
        for _ in range(either(1, 20)):
            async with here.talking():
                await asyncio.sleep(here.random.uniform(0.5, 1.5))
                killed_at = time.monotonic()
                await asyncio.to_thread(here.nodes[0].kill)
                await asyncio.to_thread(here.nodes[0].start)
                recovery = await here.delivered_to_all(here.people[0], since=killed_at)
            here.report(recovery=recovery)
        await here.verdict()
        assert here.resets() == 0


async def test_messages_that_new_guests_resend_after_a_lost_reply_are_stored_once():
    async with world("replies lost, clients without a cookie", people=0, command=OPENED) as here:
        await here.invite(8, name="guest", cookie=None)
        kills = either(3, 20)
        async with here.talking():
            for _ in range(kills):
                here.nodes[0].send(signal.SIGUSR2)
                await asyncio.to_thread(here.nodes[0].process.wait, processes.DOWN_WITHIN)
                await asyncio.to_thread(here.nodes[0].start)
                await here.delivered_to_all(here.people[0], since=time.monotonic())
        history = await here.verdict()
        author = {row[3]: row[2] for row in history["log"]["rows"]}
        acks = [ok for person in here.people for ok in person.noted("ok")]
        resent = sum(ok["author_id"] != author[ok["id"]] for ok in acks)
        here.report(kills=kills, acked=len(acks), resent_by_a_new_guest=resent)
        # Not one for each kill: several can hit the same message.
        assert resent, "no message was stored whose reply was lost"


@pytest.mark.parametrize("seed", range(1, either(1, 20) + 1))
async def test_nothing_is_lost_when_every_node_is_restarted_in_turn(postgres_server, seed):
    options = {"nodes": either(2, 3), "people": either(20, 200), "DRAIN_SECONDS": either(4, 10)}
    options |= {"postgres": postgres_server, "redis": True, "seed": seed}
    async with world("rolling SIGTERM restart", **options) as here:
        async with here.talking(every=either(0.5, 10)):
            for node in here.nodes:
                began_at = time.monotonic()
                assert await asyncio.to_thread(node.terminate) == 0
                drained = time.monotonic() - began_at
                await asyncio.to_thread(node.start)
            recovery = await here.delivered_to_all(here.people[0], since=time.monotonic())
        await here.verdict()
        codes = Counter(code for person in here.people for code in person.farewells())
        attempts = len(here.closes()) - codes.total()
        measured = {"closes": dict(codes), "attempts_in_vain": attempts}
        here.report(seed=seed, drained=drained, recovery=recovery, **measured)
        assert here.resets() == 0
        assert codes.keys() <= {1000, 1012}, "they left when asked to, or were closed at the end"
