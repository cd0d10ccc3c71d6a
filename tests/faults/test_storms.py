"""Abuse from one address is bounded, and the others' latency stays the same."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.faults import hostile, storms
from tests.faults.latency import Latency, answered
from tests.faults.scenario import either, variant, world

# Low limits, whose bursts are used up quickly. People's messages are not limited.
LIMITS = {"COMMAND_RATE": 20, "SOCKETS_PER_ADDRESS": 120, "PEOPLE_PER_ADDRESS": either(6, 40)}
READERS = either(40, 300)  # sockets that receive every frame that an abuser causes
HISTORY = 120  # messages
USUAL = ("Typing", "Handshakes", "Pages")  # a storm of each sort: commands, sockets, requests


@asynccontextmanager
async def reading_along(node):
    """That many more sockets in the room, 100 per address."""
    reading = []
    try:
        for number in range(READERS):
            plain = await hostile.dial(node, address=f"127.0.0.{3 + number // 100}")
            await hostile.enter(plain)
            reading.append((plain, asyncio.create_task(read(plain))))
        yield
    finally:
        for plain, task in reading:
            task.cancel()
            hostile.vanish(plain)
        await asyncio.gather(*(task for _, task in reading), return_exceptions=True)


async def read(plain):
    while await asyncio.get_running_loop().sock_recv(plain, 1 << 18):
        pass


@pytest.mark.parametrize(
    "kind", [kind if kind in USUAL else variant(kind) for kind in storms.KINDS]
)
async def test_one_address_does_not_change_others_latency(kind):
    async with world(f"storm of {kind}", people=6, **LIMITS) as here:
        node = here.nodes[0]
        for number in range(HISTORY):
            here.people[number % 6].send(f"{number} {'lorem ipsum ' * 20}")
        await asyncio.gather(*(answered(person) for person in here.people))
        latency = Latency(here)
        async with reading_along(node), storms.abuser(kind, node) as abuser:
            await latency.measure(abuser.run)
        here.report(**latency.figures(), answered=abuser.answered)
        assert abuser.answered >= 5
        assert here.closes() == []
        latency.assert_unchanged()
