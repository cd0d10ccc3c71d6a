"""Reading a room's log for live readers. Runs in the database's reading threads."""

from __future__ import annotations

from typing import NamedTuple

from chat.channel.announcements import Change, encoded
from chat.models import Message, Room
from chat.protocol import frames

INITIAL_CHANGES = 200  # changes that a hub starts with


class Tail(NamedTuple):
    """The end of a log: its changes in (floor, head]."""

    epoch: str
    title: str
    pruned_upto: int
    floor: int
    head: int
    changes: list[Change]


def latest(slug: str) -> Tail:
    """The newest changes of a room, which need not exist yet."""
    room = Room.objects.at(slug)
    floor = max(0, room.head - INITIAL_CHANGES)
    changes = changes_between(slug, floor, room.head) if room.head else []
    return Tail(room.epoch, room.shown_title, room.pruned_upto, floor, room.head, changes)


def changes_between(slug: str, after: int, upto: int) -> list[Change]:
    """The changes in (after, upto], in order."""
    messages = Message.objects.filter(room__slug=slug).changed_after(after, upto=upto)
    return encoded([message.as_frame() for message in messages])


def history_page(slug: str, seq: int, limit: int) -> tuple[list[frames.Message], bool]:
    """At most `limit` messages before `seq`, oldest first, as many as fit one frame, and
    whether there are older ones."""
    page: list[frames.Message] = []
    size = frames.ENVELOPE
    newest_first = Message.objects.filter(room__slug=slug).before(seq)[: limit + 1]
    for message in newest_first:
        frame = message.as_frame()
        size += len(frames.encode(frame).encode()) + 1
        if len(page) == limit or (page and size > frames.MAX_FRAME_OUT):
            return page[::-1], True
        page.append(frame)
    return page[::-1], False
