"""The measurement detects a server on which abuse slows others down, and no other."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.faults import hostile, latency
from tests.faults.latency import Latency, complaints
from tests.faults.scenario import OPENED, world


def milliseconds(median, *, seed=0, count=100):
    """Realistic latencies: half about the median, and a tail of several times that."""
    rng = random.Random(f"{seed} {median}")
    return [median / 1000 * rng.lognormvariate(0, 0.7) for _ in range(count)]


@pytest.mark.parametrize("calm", [8, 12, 30, 200])
def test_noise_passes_and_tenfold_latency_fails(calm):
    for seed in range(50):
        before = milliseconds(calm, seed=seed)
        noisy = milliseconds(calm * 1.5, seed=seed)
        tenfold = milliseconds(calm * 10, seed=seed)

        assert not complaints(before, noisy)
        assert complaints(before, tenfold)


def test_a_few_slow_acknowledgements_in_a_hundred_are_noise_and_many_are_not():
    calm = milliseconds(10)

    assert not complaints(calm, [*calm[:95], *[1.0] * 5])
    assert complaints(calm, [*calm[:80], *[1.0] * 20])


def test_differences_that_nobody_notices_do_not_count():
    assert not complaints([0.001] * 100, [0.015] * 100)


def test_a_server_that_is_slow_in_calm_is_found_too():
    assert complaints([1.0] * 100, [1.0] * 100)


async def type_all_the_time(node):
    plain = await hostile.dial(node)
    await hostile.enter(plain)
    try:
        while True:
            await hostile.send(plain, {"type": "typing.start", "id": 1})
            await asyncio.sleep(0.05)
    finally:
        plain.close()


@pytest.mark.parametrize(("sabotage", "is_noticed"), [("stalled by commands", True), ("", False)])
async def test_a_node_whose_commands_delay_others_is_found(monkeypatch, sabotage, is_noticed):
    monkeypatch.setattr(latency, "ROUNDS", (1, 3))
    async with world("latency", people=4, command=OPENED, SABOTAGE=sabotage) as here:
        measured = Latency(here)

        await measured.measure(lambda: type_all_the_time(here.nodes[0]))

        assert bool(complaints(measured.calm, measured.abused)) == is_noticed, measured.figures()


async def test_abuse_that_ends_by_itself_proves_nothing():
    async with world("short abuse", people=2) as here:
        with pytest.raises(AssertionError, match="ended by itself"):
            await Latency(here).measure(lambda: asyncio.sleep(0))
