"""Hubs open with a room's first connection, poll the log's head, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from contextlib import suppress

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import DatabaseError, OperationalError

from chat import database
from chat.channel import announcements
from chat.live.runtime import runtime
from chat.models import Message, Room
from testing.waiting import SECONDS, until
from tests.database_threads import away, executing, held, in_readers, stored
from tests.faulty_channel_layers import SlowLayer, use
from tests.posts import post
from tests.sockets import enter, handshake, plain


async def replace_log(**changes):
    await database.write(lambda: Room.objects.filter(slug="lobby").update(**changes))


async def test_readers_of_a_log_with_a_new_epoch_get_a_reset(quick_polls):
    async with enter() as hers:
        await hers.post("Before")
        cursor = (hers.welcome["epoch"], 1)
        await replace_log(epoch="another")

        assert await hers.close_code() == 4009

    async with enter(cursor=cursor) as again:
        assert again.welcome["reset"]
        assert again.welcome["epoch"] == "another"
        assert await again.bodies(until=1) == ["Before"]


async def test_readers_of_a_log_restored_to_an_earlier_state_get_a_reset(quick_polls):
    async with enter() as hers:
        for body in ("Kept", "Lost", "Lost too"):
            await hers.post(body)
        cursor = (hers.welcome["epoch"], 3)
        await database.write(lambda: Message.objects.filter(seq__gt=1).delete())
        await replace_log(head=1)

        assert await hers.close_code() == 4009

    async with enter(cursor=cursor) as again:
        assert again.welcome["reset"]
        assert await again.bodies(until=1) == ["Kept"]
        assert await again.post("Goes on") == 2
    assert await stored() == [(1, "Kept"), (2, "Goes on")]


async def test_messages_posted_during_a_poll_close_no_connection(quick_polls):
    async with enter() as hers:
        heads = held(in_readers, at='"slug" IN', after=True)
        async with heads as (go, arrived):
            assert await asyncio.to_thread(arrived.wait, SECONDS)
            await hers.post("Stored after the answer was made, known before it is here")
            go.set()
        polled = runtime().hubs.get("lobby")
        await hers.post("And after")

        assert await hers.bodies(until=2)
        assert polled.ended is None
        assert runtime().hubs.get("lobby") is polled


async def test_a_room_reopened_during_a_poll_keeps_its_connections(quick_polls):
    asked, answer, entering, go_in = (threading.Event() for _ in range(4))
    answer.set()

    def slowly(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if '"slug" IN' in sql:
            asked.set()
            assert answer.wait(SECONDS)
        elif '"slug" =' in sql and not answer.is_set():
            entering.set()
            assert go_in.wait(SECONDS)
        return result

    async def is_set(event):
        assert await asyncio.to_thread(event.wait, SECONDS)

    async with enter("attic"), executing(slowly, in_readers):
        before = await runtime().hubs.enter("lobby")
        await runtime().group_commit.write(post())
        answer.clear()
        asked.clear()
        await is_set(asked)
        runtime().hubs.leave(before)
        entered_anew = asyncio.create_task(runtime().hubs.enter("lobby"))
        await is_set(entering)
        asked.clear()
        answer.set()
        await is_set(asked)  # again: the poll has finished with the first result

        go_in.set()
        hub = await entered_anew

        assert hub.ended is None
        assert runtime().hubs.get("lobby") is hub
        runtime().hubs.leave(hub)


def nothing_left(tasks_before):
    """No task, no group, no channel, no hub."""
    layer = get_channel_layer()
    return (
        asyncio.all_tasks() <= tasks_before
        and not layer.groups
        and not layer.channels
        and runtime().hubs.is_idle
        and not announcements.subscribed_rooms()
    )


async def test_after_the_last_connection_nothing_is_left():
    before = asyncio.all_tasks()
    async with enter() as hers, enter("attic"), plain("/ws"):
        async with enter():
            await hers.post("Hello")
            await hers.command("typing.start")
        assert runtime().hubs.open_rooms == {"lobby", "attic"}
        assert not nothing_left(before)

    await until(lambda: nothing_left(before))


async def test_a_connection_that_is_cancelled_leaves_nothing_behind():
    """As on SIGTERM, when `disconnect` is not called."""
    before = asyncio.all_tasks()
    communicator = handshake()
    await communicator.connect(timeout=SECONDS)
    await communicator.receive_from(timeout=SECONDS)

    communicator.future.cancel()

    await until(lambda: nothing_left(before))


async def test_leaving_before_the_hub_has_opened_leaves_nothing_behind():
    before = asyncio.all_tasks()
    async with held(in_readers, at='FROM "chat_room"') as (go, arrived):
        communicator = handshake()
        await communicator.send_input({"type": "websocket.connect"})
        assert await asyncio.to_thread(arrived.wait, SECONDS)
        communicator.future.cancel()
        await until(communicator.future.done)
        go.set()

    await until(lambda: nothing_left(before))


async def test_leaving_while_the_group_is_being_joined_leaves_nothing_behind():
    layer = use(SlowLayer())
    before = asyncio.all_tasks()
    async with enter():
        await until(lambda: layer.joining)
        told_before = layer.sending
    await until(lambda: layer.sending > told_before or nothing_left(before))

    layer.go.set()

    await until(lambda: nothing_left(before))


async def test_a_hub_closes_although_a_task_of_it_swallows_a_cancellation(monkeypatch):
    monkeypatch.setattr("chat.tasks.CANCEL_TIMEOUT", 0.01)

    async def deaf():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    async with enter():
        runtime().hubs.get("lobby")._tasks.append(asyncio.create_task(deaf()))

    await until(lambda: nothing_left(before))


async def test_a_hub_that_ends_is_freed_without_a_garbage_collection():
    gc.disable()
    try:
        async with enter() as hers:
            await hers.post("Hello")
            await hers.command("typing.start")
            hub = weakref.ref(runtime().hubs.get("lobby"))

        await until(lambda: hub() is None)
    finally:
        gc.enable()


async def test_people_can_enter_again_after_the_database_was_away():
    before = asyncio.all_tasks()
    async with away(in_readers):
        communicator = handshake()
        assert (await communicator.connect(timeout=SECONDS))[0]
        refusal = await communicator.receive_output(SECONDS)
        assert (refusal["type"], refusal["code"]) == ("websocket.close", 4053)
        await communicator.disconnect(timeout=SECONDS)
        await until(lambda: nothing_left(before))

    async with enter() as hers:
        assert await hers.post("Hello") == 1


@pytest.mark.parametrize("error", [OperationalError, DatabaseError])
async def test_the_heads_are_polled_again_after_the_database_failed(quick_polls, error):
    failed = []

    def fail(*args):
        failed.append(args)
        raise error("the database is not itself")

    async with enter() as hers:
        async with executing(fail, in_readers):
            await until(lambda: failed)
        await replace_log(epoch="another")

        assert await hers.close_code() == 4009


async def test_a_gap_that_a_closing_hub_finds_is_not_repaired_after_it_has_closed(monkeypatch):
    monkeypatch.setattr("chat.live.hub.REORDER_WINDOW", (0.2, 0.2))
    layer = use(SlowLayer())
    layer.go.set()

    def repairs():
        return [task for task in asyncio.all_tasks() if task.get_name() == "repair lobby"]

    async with enter() as hers:
        await hers.post("Hello")
        await until(lambda: layer.groups.get("room.lobby"))
        joined, epoch = layer.joining, hers.welcome["epoch"]
        layer.go.clear()
    await until(lambda: layer.joining > joined)  # it is leaving
    event = {"type": "room.changed", "epoch": epoch, "after": 1, "head": 3, "changes": None}
    await InMemoryChannelLayer.group_send(layer, "room.lobby", event)
    await until(repairs)

    layer.go.set()
    await until(lambda: runtime().hubs.is_idle)

    assert not repairs()
