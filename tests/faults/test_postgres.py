"""PostgreSQL fails while people talk: their messages wait and are stored afterwards."""

from __future__ import annotations

import asyncio
import time

import pytest

from testing import processes
from tests.faults import figures
from tests.faults.scenario import either, world

LOCKED = 8  # seconds

pytestmark = pytest.mark.usefixtures("redis_program")


async def test_nothing_is_lost_when_postgres_restarts_as_after_a_crash(postgres_program):
    with processes.postgres_server() as own:
        async with world("PostgreSQL immediate restart", nodes=2, postgres=own, redis=True) as here:
            for _ in range(either(1, 20)):
                async with here.talking():
                    await asyncio.sleep(1)
                    began_at = time.monotonic()
                    await asyncio.to_thread(own.restart, "immediate")
                    back_at = time.monotonic()
                    recovery = await here.delivered_to_all(here.people[0], since=back_at)
                here.report(down=back_at - began_at, recovery=recovery)
            await here.verdict()
            assert here.resets() == 0
            assert here.closes() == []


async def test_nothing_is_lost_when_its_backends_are_terminated(postgres_server):
    async with world(
        "PostgreSQL backends terminated", nodes=2, postgres=postgres_server, redis=True
    ) as here:
        async with here.talking():
            for _ in range(either(3, 20)):
                await asyncio.sleep(0.5)
                assert await asyncio.to_thread(here.store.terminate_backends)
                ended_at = time.monotonic()
                recovery = await here.delivered_to_all(here.people[0], since=ended_at)
                here.report(recovery=recovery)
        await here.verdict()
        assert here.resets() == 0
        assert here.closes() == []


async def test_messages_sent_during_a_lock_are_stored_after_it(postgres_server):
    async with world(
        "PostgreSQL room locked", nodes=2, postgres=postgres_server, redis=True
    ) as here:
        async with here.talking():
            await asyncio.sleep(1)
            began_at = time.monotonic()
            with here.store.locked():
                here.people[0].send("I wait")
                await asyncio.sleep(LOCKED)
            ended_at = time.monotonic()
            recovery = await here.delivered_to_all(here.people[0], since=ended_at)
        await here.verdict()
        here.report(
            seconds=LOCKED,
            ack_worst=max(figures.ack_seconds(here.people, began_at, ended_at)),
            recovery=recovery,
            sockets_closed=len(here.closes()),
        )
        assert here.resets() == 0
