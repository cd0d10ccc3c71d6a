"""The tests detect sabotage: with a repair switched off, the verdict names the violation."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults import scenario as worlds
from tests.faults.scenario import OPENED, world


@pytest.mark.parametrize(
    ("sabotage", "rule"),
    [
        ("deaf", "everyone_arrived"),
        ("careless", "streams_equal_the_log"),
        ("hasty", "acked_is_stored"),
        ("forgetful", "nothing_is_invented"),
    ],
)
async def test_the_verdict_names_what_a_sabotaged_node_broke(
    redis_program, tmp_path, monkeypatch, sabotage, rule
):
    monkeypatch.setattr(worlds, "KEPT", tmp_path)
    async with world(
        f"sabotage {sabotage}", nodes=2, people=4, redis=True, command=OPENED, SABOTAGE=sabotage
    ) as here:
        async with here.talking(every=0.05):
            await asyncio.sleep(1)

        with pytest.raises(AssertionError) as failure:
            await here.verdict(within=3)

    assert f"{rule}: " in str(failure.value)
    assert list(tmp_path.glob("*.json"))


async def test_the_same_nodes_without_sabotage_keep_the_promise(redis_program):
    async with world("no sabotage", nodes=2, people=4, redis=True, command=OPENED) as here:
        async with here.talking(every=0.05):
            await asyncio.sleep(1)

        await here.verdict()
