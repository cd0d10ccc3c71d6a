"""What the list of rooms says of each: where its log is, and when somebody last spoke.

A room is known by its link, so nobody is shown a room they do not name, except the lobby and
those of LISTED_ROOMS. Runs in the database's reading threads.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery
from msgspec import Struct

from chat.models import LOBBY, Message, Room
from chat.protocol.frames import SLUG

EVERY_ROOM = "*"  # in LISTED_ROOMS
MAX_LISTED = 50  # rooms on everybody's list
LISTED_KEPT = 5  # seconds that a process keeps the answer which rooms are the latest of all


class RoomSummary(Struct, frozen=True):
    """A room on the list. Without a message it has neither `last_seq` nor `last_posted_at`."""

    slug: str
    title: str
    epoch: str  # empty where the room is not stored yet
    last_seq: int  # the place of its latest message
    last_posted_at: datetime | None
    is_listed: bool  # on everybody's list

    def get_absolute_url(self) -> str:
        return Room(slug=self.slug).get_absolute_url()


def summaries(asked: Sequence[str]) -> list[RoomSummary]:
    """The listed rooms, then the rest of those `asked` for. What no room can be called is left
    out."""
    listed = listed_slugs()
    slugs = dict.fromkeys([*listed, *(slug for slug in asked if SLUG.fullmatch(slug))])
    stored = {room.slug: room for room in _with_latest_message().filter(slug__in=slugs)}
    return [_summary(stored.get(slug), slug, is_listed=slug in listed) for slug in slugs]


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


_latest: tuple[float, list[str]] = 0.0, []  # until when it is good; the slugs


def _latest_slugs() -> list[str]:
    """Of all rooms those with the latest messages. It looks at every room, so not for everyone."""
    global _latest
    until, slugs = _latest
    if until < time.monotonic():
        newest_first = _with_latest_message().order_by(F("last_posted_at").desc(nulls_last=True))
        slugs = list(newest_first.values_list("slug", flat=True)[:MAX_LISTED])
        _latest = time.monotonic() + LISTED_KEPT, slugs
    return slugs


def _with_latest_message() -> QuerySet[Room]:
    newest = Message.objects.filter(room=OuterRef("pk")).order_by("-seq")
    return Room.objects.annotate(
        last_seq=Subquery(newest.values("seq")[:1]),
        last_posted_at=Subquery(newest.values("posted_at")[:1]),
    )


def _summary(room: Room | None, slug: str, *, is_listed: bool) -> RoomSummary:
    if room is None:
        return RoomSummary(slug, Room(slug=slug).shown_title, "", 0, None, is_listed)
    last_seq = getattr(room, "last_seq", None) or 0
    last_posted_at = getattr(room, "last_posted_at", None)
    return RoomSummary(slug, room.shown_title, room.epoch, last_seq, last_posted_at, is_listed)
