"""The list of rooms: for each its log's head, and when its latest message was posted.

A room is known by its link, so a client sees only rooms whose slugs it sends, the lobby, and
those of LISTED_ROOMS. Runs in the database's reading threads.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from msgspec import Struct

from chat.models import LOBBY, Message, Room
from chat.protocol.frames import SLUG

EVERY_ROOM = "*"  # in LISTED_ROOMS
MAX_LISTED = 50  # rooms on everybody's list
MAX_UNREAD = 100  # messages counted in a room on the list, which shows 99 and then "99+"
LISTED_KEPT = 5  # seconds for which a process caches which rooms are the latest


class RoomSummary(Struct, frozen=True):
    """A room on the list. Without a message it has neither `last_seq` nor `last_posted_at`."""

    slug: str
    title: str
    epoch: str  # empty where the room is not stored yet
    last_seq: int  # the place of its latest message
    last_posted_at: datetime | None
    is_listed: bool  # on everybody's list
    unread: int | None = None  # messages after where the reader is; None where that is not known

    def get_absolute_url(self) -> str:
        return Room(slug=self.slug).get_absolute_url()


def summaries(asked: Sequence[str], read: Mapping[str, int]) -> list[RoomSummary]:
    """The listed rooms, then the others in `asked`. Slugs that no room can have are left out.

    `read` says up to which seq the reader has read some of them. The difference of two seqs is no
    number of messages: edits, deletions and reactions have seqs too.
    """
    listed = listed_slugs()
    slugs = dict.fromkeys([*listed, *(slug for slug in asked if SLUG.fullmatch(slug))])
    read = {slug: read[slug] for slug in slugs if slug in read}
    rooms = _with_unread(_with_latest_message().filter(slug__in=slugs), read)
    stored = {
        room.slug: RoomSummary(
            slug=room.slug,
            title=room.shown_title,
            epoch=room.epoch,
            last_seq=room.last_seq or 0,
            last_posted_at=room.last_posted_at,
            is_listed=room.slug in listed,
            unread=room.unread if room.slug in read else None,
        )
        for room in rooms
    }
    return [stored.get(slug) or _unused(slug, is_listed=slug in listed) for slug in slugs]


def listed_slugs() -> list[str]:
    """The rooms on everybody's list, the lobby first."""
    named = [slug for slug in settings.LISTED_ROOMS if slug != EVERY_ROOM]
    latest = _latest_slugs() if EVERY_ROOM in settings.LISTED_ROOMS else []
    return list(dict.fromkeys([LOBBY, *named, *latest]))[:MAX_LISTED]


def listed_rooms() -> list[Room]:
    """The rooms on everybody's list, for a page that only links to them."""
    slugs = listed_slugs()
    stored = {room.slug: room for room in Room.objects.filter(slug__in=slugs)}
    return [stored.get(slug) or Room(slug=slug) for slug in slugs]


_latest: tuple[float, list[str]] = 0.0, []  # until when it is valid; the slugs


def _latest_slugs() -> list[str]:
    """The rooms with the latest messages. Cached, because the query looks at every room."""
    global _latest
    until, slugs = _latest
    if until < time.monotonic():
        newest_first = _with_latest_message().order_by(F("last_posted_at").desc(nulls_last=True))
        slugs = list(newest_first.values_list("slug", flat=True)[:MAX_LISTED])
        _latest = time.monotonic() + LISTED_KEPT, slugs
    return slugs


def _with_latest_message() -> QuerySet[Any]:
    """Rooms with `last_seq` and `last_posted_at`, which are None where there is no message."""
    newest = Message.objects.filter(room=OuterRef("pk")).order_by("-seq")
    return Room.objects.annotate(
        last_seq=Subquery(newest.values("seq")[:1]),
        last_posted_at=Subquery(newest.values("posted_at")[:1]),
    )


class _CountOf(Subquery):
    """How many rows a query finds, which may have a limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()


def _with_unread(rooms: QuerySet[Any], read: Mapping[str, int]) -> QuerySet[Any]:
    """`rooms` with `unread`: how many messages after the seq in `read` were not deleted."""
    positions = [When(slug=slug, then=Value(seq)) for slug, seq in read.items()]
    after = Case(*positions, default=None, output_field=BigIntegerField())
    unread = Message.objects.filter(room=OuterRef("pk"), seq__gt=OuterRef("read"), deleted_at=None)
    return rooms.annotate(read=after).annotate(unread=_CountOf(unread.values("pk")[:MAX_UNREAD]))


def _unused(slug: str, *, is_listed: bool) -> RoomSummary:
    """The summary of a room that is not stored yet."""
    return RoomSummary(slug, Room(slug=slug).shown_title, "", 0, None, is_listed)
