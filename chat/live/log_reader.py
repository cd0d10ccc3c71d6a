"""Reading a room's log for live readers. Runs in the database's reading threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chat.channel.announcements import Change, encoded
from chat.models import Message, Room
from chat.models.message import MessageQuerySet
from chat.protocol import frames

INITIAL_CHANGES = 200  # changes that a hub starts with


class Tail(NamedTuple):
    """The end of a log: its newest messages, and its changes in (floor, head]."""

    epoch: str
    title: str
    pruned_upto: int
    floor: int
    head: int
    changes: list[Change]
    newest: list[Change]


def latest(slug: str) -> Tail:
    """The newest messages and changes of a room, which need not exist yet."""
    room = Room.objects.at(slug)
    newest = newest_messages(slug, room.head)
    # One of them may have been changed since: then the log reaches to that change.
    head = max([room.head, *(change.seq for change in newest)])
    floor = max(0, room.head - INITIAL_CHANGES)
    changes = changes_between(slug, floor, head) if head else []
    title = room.shown_title
    return Tail(room.epoch, title, room.pruned_upto, floor, head, changes, newest)


def newest_messages(slug: str, upto: int) -> list[Change]:
    """The messages that a newcomer gets of a log whose head is `upto`, the newest first, each as
    of its latest change."""
    messages = _messages(slug).before(upto + 1)[: frames.PAGE] if upto else ()
    return encoded([message.as_frame() for message in messages])


def changes_between(slug: str, after: int, upto: int, limit: int | None = None) -> list[Change]:
    """The messages whose latest change is in (after, upto], in the order of those changes; the
    first `limit`, if given."""
    messages = _messages(slug).changed_after(after, upto=upto)[:limit]
    return encoded([message.as_frame() for message in messages])


def count_between(slug: str, after: int, upto: int, limit: int) -> int:
    """How many `changes_between` would find, counting up to `limit`."""
    return _messages(slug).changed_after(after, upto=upto)[:limit].count()


def history_page(slug: str, seq: int, limit: int) -> tuple[list[frames.Message], bool]:
    """At most `limit` messages before `seq`, oldest first, as many as fit one frame, and
    whether there are older ones."""
    page, more = _fitting(_messages(slug).before(seq)[: limit + 1], limit)
    return page[::-1], more


def messages_at(slug: str, seqs: Sequence[int]) -> tuple[list[frames.Message], bool]:
    """The messages at `seqs`, in order, as many as fit one frame, and whether some are left."""
    return _fitting(_messages(slug).filter(seq__in=seqs).order_by("seq"), len(seqs))


def _fitting(messages: Iterable[Message], limit: int) -> tuple[list[frames.Message], bool]:
    """The first `limit` messages, as many as fit one frame, and whether there are others."""
    page: list[frames.Message] = []
    size = frames.ENVELOPE
    for message in messages:
        frame = message.as_frame()
        size += len(frames.encode(frame).encode()) + 1
        if len(page) == limit or (page and size > frames.MAX_FRAME_OUT):
            return page, True
        page.append(frame)
    return page, False


def _messages(slug: str) -> MessageQuerySet:
    messages: MessageQuerySet = Message.objects.filter(room__slug=slug)
    return messages
