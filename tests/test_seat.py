"""Staying in a room's group, through the channel layer's failures."""

from __future__ import annotations

from channels.layers import get_channel_layer

from chat import database
from chat.services.messages import post_messages
from tests.database_threads import counted, in_readers
from tests.layers import BrokenLayer, told_by_layer_alone, use
from tests.posts import post, until
from tests.sockets import enter

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
            with told_by_layer_alone("lobby"):
                await store([post("Here")])
                assert await hers.bodies(until=2) == ["Anyone?", "Here"]
        assert queries == []


async def test_a_layer_that_breaks_is_joined_again_and_nobody_is_thrown_out(chat_log):
    layer = use(BrokenLayer(broken=False))
    async with enter() as hers, enter() as his:
        (before,) = layer.groups["room.lobby"]

        layer.smash()
        await until(lambda: "the broker is gone" in chat_log.text)
        assert await hers.say("Still here?") == 1
        assert await his.bodies(until=1) == ["Still here?"]

        layer.mend()
        await until(lambda: set(layer.groups.get("room.lobby", ())) - {before})
        with told_by_layer_alone("lobby"):
            await store([post("Yes")])
            assert await his.bodies(until=2) == ["Still here?", "Yes"]


async def test_an_event_that_makes_no_sense_is_passed_over(chat_log):
    layer = get_channel_layer()
    async with enter() as hers:
        await until(lambda: layer.groups.get("room.lobby"))
        for event in ({"type": "room.changed"}, {"type": "people.here", "node": 1}, {"type": "?"}):
            await layer.group_send("room.lobby", event)

        with told_by_layer_alone("lobby"):
            await store([post("Hello")])
            assert await hers.bodies(until=1) == ["Hello"]
