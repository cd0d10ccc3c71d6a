"""The in-memory layer drops expired events, but does not search for them all the time."""

from __future__ import annotations

import pytest
from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer

from chatsite.memory_layer import CLEANING_INTERVAL, MemoryLayer

EVENT = {"type": "room.changed"}


@pytest.fixture
def searches(monkeypatch):
    """How often Channels searched; without the method that it searches with nothing is saved."""
    seen = []
    search = InMemoryChannelLayer._clean_expired
    monkeypatch.setattr(
        InMemoryChannelLayer, "_clean_expired", lambda layer: (seen.append(1), search(layer))
    )
    return seen


async def test_a_busy_layer_searches_for_expired_events_at_intervals(searches, still_clock):
    layer = MemoryLayer()
    await layer.group_add("room.lobby", "hub")
    for _ in range(10):
        await layer.group_send("room.lobby", EVENT)
        assert await layer.receive("hub") == EVENT
    assert len(searches) == 1

    still_clock.now += CLEANING_INTERVAL
    await layer.group_send("room.lobby", EVENT)

    assert len(searches) == 2


async def test_events_that_nobody_receives_expire(still_clock):
    layer = MemoryLayer(capacity=1, expiry=-1)
    await layer.send("hub", EVENT)
    with pytest.raises(ChannelFull):
        await layer.send("hub", EVENT)

    still_clock.now += CLEANING_INTERVAL
    await layer.group_send("room.lobby", EVENT)

    await layer.send("hub", EVENT)
