"""Tell a room's hubs that its log went on: the only caller of `group_send`.

An announcement is a doorbell. This process's own hub hears it at once, whatever the channel
layer does; other processes hear it through the layer, at most once and in no certain order,
and find in the log what they did not hear.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from msgspec import Struct

from chat.metrics import LAYER_FAILURES
from chat.protocol import frames

logger = logging.getLogger(__name__)

SEND_TIMEOUT = 1  # seconds that the channel layer may take for one event
MAX_SENDING = 200  # events under way per process; more are left to the log
MAX_EVENT = frames.MAX_FRAME_OUT  # bytes; a larger announcement rings without its messages


class Change(Struct, frozen=True):
    """One entry of a room's log, encoded once for everyone."""

    seq: int
    text: str  # the message as JSON


class Announcement(Struct, frozen=True):
    """The changes in (after, head] of a room's log; None where they are to be read there."""

    epoch: str
    after: int
    head: int
    changes: list[Change] | None
    title: str | None = None  # set where the room was given one
    received_at: float | None = None  # perf_counter, of the oldest post in it; this process only


def group_name(slug: str) -> str:
    """The channel-layer group of a room. Slugs never change and fit a group name's alphabet."""
    return f"room.{slug}"


def encoded(messages: Sequence[frames.Message]) -> list[Change]:
    """`messages` as the changes that brought them about."""
    return [Change(message.changed_seq, frames.encode(message)) for message in messages]


class Ear(Struct, frozen=True, eq=False):
    """A hub of this process, and the event loop that it lives in."""

    loop: asyncio.AbstractEventLoop
    hear: Callable[[Announcement], None]


_ears: dict[str, tuple[Ear, ...]] = {}
_sending: set[asyncio.Task[bool]] = set()


def listen(slug: str, ear: Ear) -> None:
    """Let `ear` hear every later announcement made in this process for the room."""
    _ears[slug] = (*_ears.get(slug, ()), ear)


def unlisten(slug: str, ear: Ear) -> None:
    """Undo `listen`."""
    remaining = tuple(other for other in _ears.get(slug, ()) if other is not ear)
    if remaining:
        _ears[slug] = remaining
    else:
        _ears.pop(slug, None)


def announce(slug: str, announcement: Announcement) -> None:
    """Ring for one room, after COMMIT, from any thread. Does not wait for the channel layer
    where this process serves people, so that the writer goes on to the next batch."""
    serving = _ears.get(slug) or next(iter(list(_ears.values())), ())  # a copy: the loop adds more
    if serving:
        _call_in(serving[0].loop, _announce_in_loop, slug, announcement)
    else:
        async_to_sync(send)(slug, _as_event(announcement))


async def send(slug: str, event: dict[str, Any]) -> bool:
    """Tell a room's group. Says whether the layer took the event."""
    return await send_to(group_name(slug), event)


async def send_to(group: str, event: dict[str, Any]) -> bool:
    """`group_send` for at most SEND_TIMEOUT. Says whether the layer took the event."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await layer.group_send(group, event)
    except Exception as error:  # whatever a layer raises, the log has the change
        LAYER_FAILURES.inc()
        logger.debug("The channel layer did not take an event: %r", error)
        return False
    return True


def heard(event: dict[str, Any]) -> Announcement:
    """The announcement in an event of type `room.changed`."""
    changes = event["changes"]
    if changes is not None:
        changes = [Change(seq, text) for seq, text in changes]
    title = event.get("title")
    return Announcement(event["epoch"], event["after"], event["head"], changes, title)


def _as_event(announcement: Announcement) -> dict[str, Any]:
    changes = announcement.changes
    if changes is not None and sum(len(change.text) for change in changes) > MAX_EVENT:
        changes = None
    return {
        "type": "room.changed",
        "epoch": announcement.epoch,
        "after": announcement.after,
        "head": announcement.head,
        "changes": None if changes is None else [[change.seq, change.text] for change in changes],
        "title": announcement.title,
    }


def _announce_in_loop(slug: str, announcement: Announcement) -> None:
    """Waking a loop from another thread is dear, so the one that sends also tells the ears."""
    for ear in _ears.get(slug, ()):
        if ear.loop is asyncio.get_running_loop():
            ear.hear(announcement)
        else:
            _call_in(ear.loop, ear.hear, announcement)
    if len(_sending) < MAX_SENDING:
        task = asyncio.ensure_future(send(slug, _as_event(announcement)))
        _sending.add(task)
        task.add_done_callback(_sending.discard)


def _call_in(loop: asyncio.AbstractEventLoop, func: Callable[..., object], *args: object) -> None:
    try:
        loop.call_soon_threadsafe(func, *args)
    except RuntimeError:  # the loop closed meanwhile: nobody is there to hear
        logger.debug("An announcement came after its loop was closed")
