"""How many rooms may be open at the same time, and how long an empty one stays open."""

from __future__ import annotations

import pytest

from chat import database
from chat.channel import announcements
from chat.live.runtime import runtime
from chat.models import Room
from testing.waiting import until
from tests.database_threads import counted, in_readers
from tests.faulty_channel_layers import CountingLayer, use
from tests.sockets import enter, handshake, refused_with


@pytest.fixture
def lingering(monkeypatch):
    """Rooms stay open after the last connection, for longer than a test takes."""
    monkeypatch.setattr("chat.live.hub_registry.MAX_LINGERING", 100)
    monkeypatch.setattr("chat.live.hub_registry.LINGER", 60)


def nothing_left():
    return runtime().hubs.is_idle and not announcements.subscribed_rooms()


def close_all():
    """Close the rooms that linger: this test's event loop ends."""
    runtime().hubs.stop_lingering()


async def test_a_room_that_is_entered_again_soon_costs_no_query_and_no_call_of_the_layer(lingering):
    layer = use(CountingLayer())
    async with enter() as hers:
        await hers.post("Hello")
        await until(lambda: layer.groups.get("room.lobby"))
    joins = layer.joins

    async with counted(in_readers, "SELECT") as queries, enter() as again:
        assert await again.bodies(until=1) == ["Hello"]

    assert layer.joins == joins
    assert not [query for query in queries if '"slug" IN' not in query]
    close_all()


async def test_only_a_limited_number_of_empty_rooms_stay_open(lingering, monkeypatch):
    monkeypatch.setattr("chat.live.hub_registry.MAX_LINGERING", 2)
    for slug in ("one", "two", "three", "four"):
        async with enter(slug):
            pass

    assert runtime().hubs.open_rooms == {"three", "four"}
    close_all()


async def test_an_empty_room_is_closed_in_the_end(lingering, monkeypatch):
    monkeypatch.setattr("chat.live.hub_registry.LINGER", 0.2)
    async with enter(), enter():
        pass
    assert not nothing_left()
    async with enter():
        async with enter("attic"):
            pass
        await until(lambda: "attic" not in runtime().hubs.open_rooms)
        assert runtime().hubs.open_rooms == {"lobby"}, "it was entered again"

    await until(nothing_left)


async def test_a_lingering_hub_whose_log_is_replaced_is_closed(lingering, quick_polls):
    async with enter() as hers:
        await hers.post("Before")

    await database.write(lambda: Room.objects.filter(slug="lobby").update(epoch="another"))

    await until(nothing_left)


async def test_a_shutdown_closes_a_room_after_its_last_connection(lingering):
    async with enter() as hers:
        await runtime().shutdown.drain(seconds=3)
        assert await hers.close_code() == 1012

    await until(nothing_left)


async def test_a_shutdown_closes_empty_rooms(lingering):
    async with enter():
        pass
    assert not nothing_left()

    await runtime().shutdown.drain(seconds=0)

    await until(nothing_left)


async def test_a_process_opens_a_limited_number_of_rooms(settings):
    settings.MAX_ROOMS = 2
    async with enter("one"), enter("two"):
        assert await refused_with(handshake("/ws/three")) == 4030
        async with enter("two"):
            pass
    await until(nothing_left)

    async with enter("three"):
        pass


async def test_empty_rooms_do_not_count(lingering, settings):
    settings.MAX_ROOMS = 1
    for slug in ("one", "two", "three"):
        async with enter(slug):
            pass

    assert runtime().hubs.open_rooms == {"one", "two", "three"}
    close_all()


async def test_an_address_opens_half_as_many_rooms_as_sockets(settings):
    settings.SOCKETS_PER_ADDRESS = 4
    hers = {"client": ("192.0.2.1", 1)}
    async with enter("one", **hers), enter("two", **hers):
        assert await refused_with(handshake("/ws/three", **hers)) == 4030
        async with enter("two", **hers), enter("three", client=("192.0.2.2", 1)):
            pass

    async with enter("three", **hers):
        pass
