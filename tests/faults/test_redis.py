"""Redis fails while people on two nodes talk: nobody waits for it, and no socket closes.

People on one node get messages at full speed; those on the other when it polls the log.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
import redis as redis_client

from tests.faults import figures
from tests.faults.scenario import either, world

STALL = either(6, 30)  # seconds
CALM = either(2, 10)  # seconds

pytestmark = pytest.mark.usefixtures("redis_program")


@asynccontextmanager
async def two_nodes(name, postgres_server):
    """People talk on two nodes; afterwards everything is checked, and no socket has closed."""
    async with world(name, nodes=2, people=8, postgres=postgres_server, redis=True) as here:
        async with here.talking():
            await asyncio.sleep(CALM)
            yield here
        await here.verdict()
        assert here.closes() == []
        assert here.resets() == 0


async def command(here, *words):
    def run():
        with redis_client.Redis.from_url(here.redis.url) as client:
            return client.execute_command(*words)

    return await asyncio.to_thread(run)


def report(here, began_at, ended_at, **measured):
    calm_people = figures.p99_ms(here.people, until=began_at)
    here.report(
        calm_ack_p99_ms=calm_people,
        fault_ack_p99_ms=figures.p99_ms(here.people, began_at, ended_at),
        fault_spread_worst=max(figures.spread_seconds(here.people, began_at, ended_at)),
        **measured,
    )


async def test_people_keep_talking_while_redis_stalls(postgres_server):
    async with two_nodes("Redis SIGSTOP", postgres_server) as here:
        began_at = time.monotonic()
        here.redis.pause()
        await asyncio.sleep(STALL / 2)
        await here.invite(2, name="newcomer")  # they can connect meanwhile
        await asyncio.sleep(max(0, began_at + STALL - time.monotonic()))
        here.redis.resume()
        ended_at = time.monotonic()
        recovery = await here.delivered_to_all(here.people[0], since=ended_at)
        doorbell = await here.doorbell_rings(here.people[0], since=ended_at)
        report(here, began_at, ended_at, seconds=STALL, recovery=recovery, doorbell=doorbell)


async def test_people_keep_talking_while_redis_is_dead(postgres_server):
    async with two_nodes("Redis SIGKILL and restart", postgres_server) as here:
        began_at = time.monotonic()
        await asyncio.to_thread(here.redis.kill)
        await asyncio.sleep(STALL / 2)
        await here.invite(2, name="newcomer")
        await asyncio.to_thread(here.redis.start)
        ended_at = time.monotonic()
        recovery = await here.delivered_to_all(here.people[0], since=ended_at)
        doorbell = await here.doorbell_rings(here.people[0], since=ended_at)
        report(here, began_at, ended_at, seconds=STALL / 2, recovery=recovery, doorbell=doorbell)


async def test_nothing_is_missed_when_redis_forgets_everything(postgres_server):
    async with two_nodes("Redis FLUSHALL", postgres_server) as here:
        began_at = time.monotonic()
        for _ in range(either(3, 20)):
            await command(here, "FLUSHALL")
            recovery = await here.delivered_to_all(here.people[0], since=began_at)
        ended_at = time.monotonic()
        doorbell = await here.doorbell_rings(here.people[0], since=ended_at)
        report(here, began_at, ended_at, recovery=recovery, doorbell=doorbell)


async def test_nothing_is_missed_when_redis_ends_its_connections(postgres_server):
    async with two_nodes("Redis CLIENT KILL", postgres_server) as here:
        began_at = time.monotonic()
        for _ in range(either(3, 20)):
            killed = await command(here, "CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes")
            killed += await command(here, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            assert killed
            recovery = await here.delivered_to_all(here.people[0], since=time.monotonic())
        ended_at = time.monotonic()
        doorbell = await here.doorbell_rings(here.people[0], since=ended_at)
        report(here, began_at, ended_at, recovery=recovery, doorbell=doorbell)
