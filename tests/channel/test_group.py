"""Membership of a group, sending to it and round trips, through the layer's failures."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis import Redis

from chat.channel import group
from chat.channel.group import (
    CALLS_AT_ONCE,
    BackgroundSender,
    GroupMembership,
    RoundTrip,
    first_event,
)
from testing import processes
from testing.waiting import SECONDS, until
from tests.database_threads import counted, in_readers
from tests.faulty_channel_layers import (
    BrokenLayer,
    LosesFirstLayer,
    SilentLayer,
    SlowLayer,
    remote_only,
    use,
)
from tests.posts import post, store
from tests.sockets import enter

RECONNECTS = 20  # seconds until redis-py gives up, or has reconnected
READING = 'FROM "chat_message"'
EVENT = {"type": "test.event"}


async def test_a_layer_that_fails_at_first_is_joined_once_it_works():
    layer = use(BrokenLayer())
    async with enter() as hers:
        assert await hers.post("Anyone?") == 1
        layer.repair()
        await until(lambda: layer.groups.get("room.lobby"))

        async with counted(in_readers, READING) as queries:
            with remote_only("lobby"):
                await store([post("Here")])
                assert await hers.bodies(until=2) == ["Anyone?", "Here"]
        assert queries == []


async def test_a_layer_that_fails_is_rejoined_and_nobody_is_disconnected(chat_log):
    layer = use(BrokenLayer(broken=False))
    async with enter() as hers, enter() as his:
        await until(lambda: layer.groups.get("room.lobby"))

        layer.fail()
        await until(lambda: "the broker is gone" in chat_log.text)
        assert await hers.post("Still here?") == 1
        assert await his.bodies(until=1) == ["Still here?"]

        layer.repair()
        await until(lambda: layer.groups.get("room.lobby"))
        with remote_only("lobby"):
            await store([post("Yes")])
            assert await his.bodies(until=2) == ["Still here?", "Yes"]


async def test_a_malformed_event_is_ignored(chat_log):
    layer = get_channel_layer()
    async with enter() as hers:
        await until(lambda: layer.groups.get("room.lobby"))
        for event in ({"type": "room.changed"}, {"type": "people.here", "node": 1}, {"type": "?"}):
            await layer.group_send("room.lobby", event)

        with remote_only("lobby"):
            await store([post("Hello")])
            assert await hers.bodies(until=1) == ["Hello"]


@asynccontextmanager
async def redis_layer(redis):
    """The channel layer of a process of its own."""
    layer = use(RedisPubSubChannelLayer(hosts=[redis.url], prefix="tests"))
    try:
        yield layer
    finally:
        await layer.flush()


def subscribed(redis):
    with Redis.from_url(redis.url, decode_responses=True) as client:
        return [
            name
            for name in client.pubsub_channels()
            if name.startswith(("tests", "chat.membership."))
        ]


def nothing_left(layer, redis):
    """No queue, no group, no subscription."""
    return not layer.channels and not layer.groups and not subscribed(redis)


async def visit(name, seconds):
    """Join, or try to, for `seconds`; then leave."""
    membership = GroupMembership(name, lambda event: None)
    running = asyncio.create_task(membership.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.wait({running})
    await membership.leave()


@pytest.mark.parametrize("seconds", [0, 0.0005, 0.001, 0.003, 0.01])
async def test_leaving_while_joining_leaves_nothing_on_redis(seconds, redis_server):
    async with redis_layer(redis_server) as layer:
        for number in range(50):
            await visit(f"room.{number}", seconds)

        await until(lambda: nothing_left(layer, redis_server))


async def test_many_members_that_join_and_leave_together_leave_nothing_on_redis(redis_server):
    async with redis_layer(redis_server) as layer:
        await asyncio.gather(*(visit(f"room.{n % 10}", n / 20_000) for n in range(200)))

        await until(lambda: nothing_left(layer, redis_server))


async def test_leaving_before_its_turn_calls_nothing_of_the_layer():
    layer = use(SlowLayer())
    first = [
        GroupMembership(f"room.{number}", lambda event: None) for number in range(CALLS_AT_ONCE)
    ]
    running = [asyncio.create_task(membership.run()) for membership in first]
    await until(lambda: layer.joining == CALLS_AT_ONCE)

    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(visit(f"room.{number}", 0) for number in range(20)))

    assert layer.joining == CALLS_AT_ONCE
    layer.go.set()
    for task in running:
        task.cancel()
    await asyncio.gather(*(membership.leave() for membership in first))
    assert not layer.channels
    assert not layer.groups


async def test_attempts_to_join_do_not_add_channels_while_redis_is_down(redis_program, chat_log):
    with processes.redis_server() as redis:
        async with redis_layer(redis) as layer:
            redis.kill()
            membership = GroupMembership("room.lobby", lambda event: None)
            running = asyncio.create_task(membership.run())
            await until(lambda: chat_log.text.count("layer failed for room.lobby") > 1, RECONNECTS)
            assert len(layer.channels) == 1

            await asyncio.to_thread(redis.start)
            await until(lambda: "tests__group__room.lobby" in subscribed(redis), RECONNECTS)
            running.cancel()
            await membership.leave()
            await until(lambda: nothing_left(layer, redis))


async def test_leaving_while_redis_is_down_unsubscribes_once_redis_is_back(redis_program):
    with processes.redis_server() as redis:
        async with redis_layer(redis) as layer:
            joined = asyncio.Event()
            membership = GroupMembership("room.lobby", lambda event: None, joined.set)
            running = asyncio.create_task(membership.run())
            async with asyncio.timeout(SECONDS):
                await joined.wait()
            redis.kill()
            running.cancel()
            leaving = asyncio.create_task(membership.leave())

            await asyncio.to_thread(redis.start)
            async with asyncio.timeout(RECONNECTS):
                await leaving
            await until(lambda: nothing_left(layer, redis))


async def test_sends_that_the_layer_does_not_finish_are_bounded():
    layer = use(SlowLayer())
    sender = BackgroundSender(limit=3)

    for _ in range(10):
        sender.send("room.lobby", EVENT)
    await until(lambda: layer.sending == 3)
    layer.go.set()
    await until(lambda: len(asyncio.all_tasks()) == 1)

    assert layer.sending == 3
    sender.send("room.lobby", EVENT)
    await until(lambda: layer.sending == 4)


async def test_a_send_that_the_layer_does_not_finish_is_given_up(monkeypatch):
    monkeypatch.setattr(group, "SEND_TIMEOUT", 0.05)
    use(SlowLayer())

    assert not await group.send("room.lobby", EVENT)


async def test_a_send_that_fails_is_no_error():
    use(BrokenLayer())

    assert not await group.send("room.lobby", EVENT)


async def test_a_round_trip_survives_a_lost_event():
    use(LosesFirstLayer())

    async with asyncio.timeout(SECONDS):
        await RoundTrip().make()


async def test_a_round_trip_that_is_given_up_leaves_nothing():
    layer = use(SilentLayer())

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await RoundTrip().make()

    assert not layer.channels
    assert len(asyncio.all_tasks()) == 1


async def test_a_round_trip_that_is_given_up_does_not_end_another(monkeypatch):
    monkeypatch.setattr(group, "RESEND", 0.05)
    layer, round_trip = use(SilentLayer()), RoundTrip()
    given_up = asyncio.create_task(round_trip.make())
    other = asyncio.create_task(round_trip.make())
    await until(lambda: layer.taken)
    given_up.cancel()
    await asyncio.wait({given_up})

    layer.delivers = True

    async with asyncio.timeout(SECONDS):
        await other


async def test_the_first_event_of_a_group_is_returned_and_the_group_left():
    layer = get_channel_layer()

    event = await first_event("room.lobby", lambda: group.send("room.lobby", EVENT), SECONDS)

    assert event == EVENT
    assert not layer.groups
    assert not layer.channels


async def test_without_an_event_there_is_no_first_one():
    use(SilentLayer())

    assert await first_event("room.lobby", lambda: group.send("room.lobby", EVENT), 0.05) is None


async def test_waiting_for_a_first_event_raises_the_error_of_the_layer():
    use(BrokenLayer())

    with pytest.raises(ConnectionError):
        await first_event("room.lobby", lambda: group.send("room.lobby", EVENT), SECONDS)
