"""Staying in a room's group, through the channel layer's failures."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis import Redis

from chat import database
from chat.channel.group import AT_ONCE, GroupMembership
from chat.services.messages import post_messages
from testing import processes
from tests.database_threads import counted, in_readers
from tests.faulty_channel_layers import BrokenLayer, SlowLayer, remote_only, use
from tests.posts import SECONDS, post, until
from tests.sockets import enter

RECONNECTS = 20  # seconds until redis-py gives up, or is connected again
READING = 'FROM "chat_message"'


async def store(batch):
    await database.write(post_messages, batch)


async def test_a_layer_that_is_broken_at_the_start_is_joined_when_it_is_whole():
    layer = use(BrokenLayer())
    async with enter() as hers:
        assert await hers.say("Anyone?") == 1
        layer.mend()
        await until(lambda: layer.groups.get("room.lobby"))

        async with counted(in_readers, READING) as queries:
            with remote_only("lobby"):
                await store([post("Here")])
                assert await hers.bodies(until=2) == ["Anyone?", "Here"]
        assert queries == []


async def test_a_layer_that_breaks_is_joined_again_and_nobody_is_thrown_out(chat_log):
    layer = use(BrokenLayer(broken=False))
    async with enter() as hers, enter() as his:
        await until(lambda: layer.groups.get("room.lobby"))

        layer.smash()
        await until(lambda: "the broker is gone" in chat_log.text)
        assert await hers.say("Still here?") == 1
        assert await his.bodies(until=1) == ["Still here?"]

        layer.mend()
        await until(lambda: layer.groups.get("room.lobby"))
        with remote_only("lobby"):
            await store([post("Yes")])
            assert await his.bodies(until=2) == ["Still here?", "Yes"]


async def test_an_event_that_makes_no_sense_is_passed_over(chat_log):
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
    layer = use(RedisPubSubChannelLayer(hosts=[redis.url], prefix="seats"))
    try:
        yield layer
    finally:
        await layer.flush()


def subscribed(redis):
    with Redis.from_url(redis.url, decode_responses=True) as client:
        return [
            name
            for name in client.pubsub_channels()
            if name.startswith(("seats", "chat.membership."))
        ]


def nothing_left(layer, redis):
    """No queue, no group, no subscription."""
    return not layer.channels and not layer.groups and not subscribed(redis)


async def sit_down(group, seconds):
    """Join, or try to, for so long; then leave."""
    membership = GroupMembership(group, lambda event: None)
    keeping = asyncio.create_task(membership.run())
    await asyncio.sleep(seconds)
    keeping.cancel()
    await asyncio.wait({keeping})
    await membership.leave()


@pytest.mark.parametrize("seconds", [0, 0.0005, 0.001, 0.003, 0.01])
async def test_a_seat_that_is_left_while_it_joins_leaves_nothing_on_redis(seconds, redis_server):
    async with redis_layer(redis_server) as layer:
        for visit in range(50):
            await sit_down(f"room.{visit}", seconds)

        await until(lambda: nothing_left(layer, redis_server))


async def test_many_seats_taken_and_left_at_the_same_time_leave_nothing_on_redis(redis_server):
    async with redis_layer(redis_server) as layer:
        await asyncio.gather(*(sit_down(f"room.{n % 10}", n / 20_000) for n in range(200)))

        await until(lambda: nothing_left(layer, redis_server))


async def test_a_seat_left_before_its_turn_asks_nothing_of_the_layer():
    layer = use(SlowLayer())
    first = [GroupMembership(f"room.{number}", lambda event: None) for number in range(AT_ONCE)]
    keeping = [asyncio.create_task(membership.run()) for membership in first]
    await until(lambda: layer.joining == AT_ONCE)

    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(sit_down(f"room.{number}", 0) for number in range(20)))

    assert layer.joining == AT_ONCE
    layer.go.set()
    for task in keeping:
        task.cancel()
    await asyncio.gather(*(membership.leave() for membership in first))
    assert not layer.channels
    assert not layer.groups


async def test_attempts_to_join_pile_up_no_queues_while_redis_is_away(redis_program, chat_log):
    with processes.redis_server() as redis:
        async with redis_layer(redis) as layer:
            redis.kill()
            membership = GroupMembership("room.lobby", lambda event: None)
            keeping = asyncio.create_task(membership.run())
            await until(lambda: chat_log.text.count("layer failed for room.lobby") > 1, RECONNECTS)
            assert len(layer.channels) == 1

            await asyncio.to_thread(redis.start)
            await until(lambda: "seats__group__room.lobby" in subscribed(redis), RECONNECTS)
            keeping.cancel()
            await membership.leave()
            await until(lambda: nothing_left(layer, redis))


async def test_a_seat_left_while_redis_is_away_is_unsubscribed_when_redis_is_back(redis_program):
    with processes.redis_server() as redis:
        async with redis_layer(redis) as layer:
            joined = asyncio.Event()
            seats = [GroupMembership("room.lobby", lambda event: None, joined.set)]
            keeping = asyncio.create_task(seats[0].run())
            async with asyncio.timeout(SECONDS):
                await joined.wait()
            redis.kill()
            keeping.cancel()
            leaving = asyncio.create_task(seats[0].leave())

            await asyncio.to_thread(redis.start)
            async with asyncio.timeout(RECONNECTS):
                await leaving
            await until(lambda: nothing_left(layer, redis))
