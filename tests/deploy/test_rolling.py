"""The whole stack is replaced step by step while people talk, and nothing is lost.

Caddy with the committed Caddyfile, three nodes, PostgreSQL and Redis, all real.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from functools import partial

import pytest

from testing import processes
from testing.proxies import BEHIND, Caddy
from testing.waiting import wait_until
from tests.faults.scenario import either, world

NODES = 3

pytestmark = [
    pytest.mark.usefixtures("redis_program", "caddy_program"),
    pytest.mark.takes(either(240, 3600)),
]


@asynccontextmanager
async def stack(name, postgres_server):
    """A scenario behind Caddy, with people who connect through TLS."""
    options = {"nodes": NODES, "people": 0, "postgres": postgres_server, "redis": True}
    settings = BEHIND | {"DRAIN_SECONDS": either(3, 10)}
    async with world(name, **options, **settings) as here:
        context = processes.serving(partial(Caddy, nodes=ports(here.nodes)))
        caddy = await asyncio.to_thread(context.__enter__)
        try:
            here.addresses.urls, here.addresses.ssl = [caddy.ws_url], caddy.ssl
            await here.invite(either(12, 200))
            yield here, caddy
        finally:
            print(caddy.log_text())
            await asyncio.to_thread(context.__exit__, None, None, None)


async def test_nothing_is_lost_while_every_part_of_the_stack_is_replaced(postgres_server):
    async with stack("the whole stack", postgres_server) as (here, caddy):
        assert len([count for count in caddy.in_use().values() if count]) == NODES
        measured = {}
        async with here.talking(every=either(0.5, 10)):
            began_at = time.monotonic()
            for node in here.nodes:
                await asyncio.to_thread(restart, node)
            measured["rolling_restart"] = time.monotonic() - began_at
            measured["after_restart"] = await delivery_seconds(here)

            added = await here.add_node()
            here.nodes.append(added)
            await asyncio.to_thread(caddy.reload, ports(here.nodes))
            await here.invite(2, name="newcomer")
            address = f"127.0.0.1:{added.port}"
            await asyncio.to_thread(wait_until, lambda: caddy.in_use().get(address))
            removed = here.nodes.pop(0)
            await asyncio.to_thread(caddy.reload, ports(here.nodes))
            assert await asyncio.to_thread(removed.terminate) == 0
            measured["after_removal"] = await delivery_seconds(here)

            began_at = time.monotonic()
            await asyncio.to_thread(caddy.restart)
            measured["proxy_away"] = time.monotonic() - began_at
            measured["after_proxy"] = await delivery_seconds(here)

            with processes.redis_server() as other:
                await asyncio.to_thread(move_redis, here, other)
                moved_at = time.monotonic()
                measured["doorbell"] = await here.doorbell_rings(here.people[0], since=moved_at)
        await here.verdict()
        here.report(closes=dict(Counter(here.closes())), **measured)
        assert here.resets() == 0


async def delivery_seconds(here):
    return await here.delivered_to_all(here.people[0], since=time.monotonic())


def move_redis(here, other):
    """Move to another address. The nodes are switched one by one, so for a while both are used."""
    for node in here.nodes:
        node.popen["env"]["REDIS_URL"] = other.url
        restart(node)
    here.redis.stop()


def restart(node):
    """Replace one node, as in a rolling restart."""
    assert node.terminate() == 0
    node.start()


def ports(nodes):
    return [node.port for node in nodes]
