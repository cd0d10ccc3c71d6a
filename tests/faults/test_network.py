"""The network between people and nodes misbehaves while they talk."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

from testing.waiting import until
from tests.faults.link import Addresses
from tests.faults.proxy import proxy_to
from tests.faults.scenario import OPENED, either, world

MINUTE = 60  # seconds
NOTICED_WITHIN = 90  # seconds; the page asks after 45 of silence, and waits for 10 more
PATIENCE = either(0.1, 1.0)  # of the page's timeouts: 1 s instead of 10 for a reply


@asynccontextmanager
async def people_behind_a_proxy(name):
    """Two people connect directly, four through the proxy; everything is checked at the end."""
    async with through_a_proxy(name, people=2, patience=PATIENCE) as (here, proxy):
        await here.invite(4, name="behind", addresses=Addresses([proxy.ws_url]))
        async with here.talking():
            yield here, proxy
        await here.verdict()
        assert here.resets() == 0
        assert not any(person.closes() for person in here.people[:2])


@asynccontextmanager
async def through_a_proxy(name, **options):
    async with world(name, **options) as here, proxy_to(here.nodes[0].port) as proxy:
        yield here, proxy


async def test_a_sender_on_a_half_open_connection_notices_and_reconnects():
    async with people_behind_a_proxy("half-open connection, talking") as (here, proxy):
        await asyncio.sleep(0.5)
        began_at = time.monotonic()
        proxy.swallow = True
        await until(lambda: all(person.closes() for person in here.people[2:]), NOTICED_WITHIN)
        noticed_at = time.monotonic()
        proxy.swallow = False
        recovery = await here.delivered_to_all(here.people[2], since=noticed_at)
        here.report(patience=PATIENCE, noticed=noticed_at - began_at, recovery=recovery)
        assert proxy.swallowed > 0


async def test_a_reader_on_a_half_open_connection_notices_too():
    name = "half-open connection, silent"
    async with through_a_proxy(name, people=2, patience=PATIENCE) as (here, proxy):
        behind = await here.invite(2, addresses=Addresses([proxy.ws_url]))
        began_at = time.monotonic()
        proxy.swallow = True
        here.people[0].send("Are you there?")
        await until(lambda: all(person.closes() for person in behind), NOTICED_WITHIN)
        noticed_at = time.monotonic()
        proxy.swallow = False
        recovery = await here.delivered_to_all(here.people[0], since=noticed_at)
        await here.verdict()
        here.report(patience=PATIENCE, noticed=noticed_at - began_at, recovery=recovery)


async def test_connections_that_are_reset_resume_where_they_were():
    async with people_behind_a_proxy("connections reset") as (here, proxy):
        for end in (proxy.reset, proxy.cut) * either(1, 20):
            await asyncio.sleep(here.random.uniform(0.1, 0.5))
            began_at = time.monotonic()
            end()
            recovery = await here.delivered_to_all(here.people[2], since=began_at)
        here.report(recovery=recovery)


async def test_frames_in_small_pieces_and_late_are_still_whole():
    async with people_behind_a_proxy("latency 100 ms, then pieces of 7 bytes") as (here, proxy):
        proxy.latency = 0.1
        delayed = await here.delivered_to_all(here.people[2], since=time.monotonic())
        await asyncio.sleep(2)
        proxy.latency, proxy.slice = 0, 7
        await asyncio.sleep(2)
        proxy.slice = None
        here.report(spread_with_latency=delayed)
        assert here.closes() == []


async def test_a_node_whose_clock_is_a_minute_wrong_changes_no_order(redis_program):
    clocks = [{"CLOCK_IS_WRONG_BY": -MINUTE}, {"CLOCK_IS_WRONG_BY": MINUTE}]
    async with world("clocks two minutes apart", each=clocks, redis=True, command=OPENED) as here:
        async with here.talking():
            await asyncio.sleep(2)
            before = time.monotonic()
            recovery = await here.delivered_to_all(here.people[1], since=before)
        await here.verdict()
        here.report(spread=recovery)
        assert here.closes() == []
