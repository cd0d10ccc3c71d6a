"""Announcements: "the log of this room now ends at `head`", published after COMMIT.

The listeners in this process are called directly, whatever the channel layer does. Other
processes receive the announcement through the layer, at most once and in no particular order,
and read from the log what they did not receive.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from msgspec import Raw, Struct

from chat.channel import group
from chat.protocol import frames

logger = logging.getLogger(__name__)

MAX_SENDING = 200  # events under way per process; receivers read the others from the log
MAX_EVENT = frames.MAX_FRAME_OUT  # bytes; a larger announcement is sent without its changes


class Change(Struct, frozen=True):
    """One entry of a room's log: the message that it changed, encoded once for everyone."""

    seq: int
    message: Raw  # as JSON
    message_seq: int  # the message's place in the conversation

    @property
    def is_post(self) -> bool:
        """Whether the message is as it was posted."""
        return self.seq == self.message_seq


class Announcement(Struct, frozen=True):
    """The changes in (after, head] of a room's log; None means: read them from the log."""

    epoch: str
    after: int
    head: int
    changes: list[Change] | None
    title: str | None = None  # the room's new title
    received_at: float | None = None  # perf_counter of its oldest post, if posted in this process
    moderation: int | None = None  # the new version of the room's moderation


def group_name(slug: str) -> str:
    """The channel-layer group of a room. Slugs never change and are valid group names."""
    return f"room.{slug}"


def encoded(messages: Sequence[frames.Message]) -> list[Change]:
    """The change that each of `messages` was last changed by."""
    return [Change(each.changed_seq, frames.encode_part(each), each.seq) for each in messages]


class LocalListener(Struct, frozen=True, eq=False):
    """A callback in this process, and the event loop to call it in."""

    loop: asyncio.AbstractEventLoop
    on_announcement: Callable[[Announcement], None]


_listeners: dict[str, tuple[LocalListener, ...]] = {}
_sender = group.BackgroundSender(MAX_SENDING)


def subscribe(slug: str, listener: LocalListener) -> None:
    """Call `listener` for every announcement of the room published in this process."""
    _listeners[slug] = (*_listeners.get(slug, ()), listener)


def unsubscribe(slug: str, listener: LocalListener) -> None:
    """Undo `subscribe`."""
    remaining = tuple(other for other in listeners_of(slug) if other is not listener)
    if remaining:
        _listeners[slug] = remaining
    else:
        _listeners.pop(slug, None)


def listeners_of(slug: str) -> tuple[LocalListener, ...]:
    """The room's listeners in this process."""
    return _listeners.get(slug, ())


def subscribed_rooms() -> list[str]:
    """The slugs of the rooms that have listeners in this process."""
    return list(_listeners)


def publish(slug: str, announcement: Announcement) -> None:
    """Announce a change to one room, after COMMIT, from any thread.

    In a process that serves clients this returns before the channel layer has the event, so
    that the writer can go on to the next batch.
    """
    # A copy of the values: the event loop may add listeners meanwhile.
    listeners = listeners_of(slug) or next(iter(list(_listeners.values())), ())
    if listeners:
        _call_in(listeners[0].loop, _publish_in_loop, slug, announcement)
    else:
        async_to_sync(group.send)(group_name(slug), _as_event(announcement))


def from_event(event: dict[str, Any]) -> Announcement:
    """The announcement in an event of type `room.changed`."""
    changes = event["changes"]
    if changes is not None:
        changed = dict(event.get("changed", ()))
        changes = [Change(seq, Raw(text.encode()), changed.get(seq, seq)) for seq, text in changes]
    title = event.get("title")
    moderation = event.get("moderation")
    return Announcement(
        event["epoch"], event["after"], event["head"], changes, title, moderation=moderation
    )


def _as_event(announcement: Announcement) -> dict[str, Any]:
    changes = announcement.changes
    if changes is not None and sum(len(change.message) for change in changes) > MAX_EVENT:
        changes = None
    event: dict[str, Any] = {
        "type": "room.changed",
        "epoch": announcement.epoch,
        "after": announcement.after,
        "head": announcement.head,
        "changes": None,
        "title": announcement.title,
    }
    if announcement.moderation is not None:
        event["moderation"] = announcement.moderation
    if changes is not None:
        event["changes"] = [(each.seq, bytes(each.message).decode()) for each in changes]
        # The previous release, which knows posts only, ignores it.
        if changed := [(each.seq, each.message_seq) for each in changes if not each.is_post]:
            event["changed"] = changed
    return event


def _publish_in_loop(slug: str, announcement: Announcement) -> None:
    """`call_soon_threadsafe` is expensive, so one call notifies the listeners and starts the
    `group_send`."""
    for listener in listeners_of(slug):
        if listener.loop is asyncio.get_running_loop():
            listener.on_announcement(announcement)
        else:
            _call_in(listener.loop, listener.on_announcement, announcement)
    _sender.send(group_name(slug), _as_event(announcement))


def _call_in(loop: asyncio.AbstractEventLoop, func: Callable[..., object], *args: object) -> None:
    try:
        loop.call_soon_threadsafe(func, *args)
    except RuntimeError:  # the loop has been closed, and its listeners with it
        logger.debug("An announcement was published after its event loop was closed")
