"""Who has written in a room, for telling regulars from newcomers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from chat.access.rate_limits import network_of
from chat.models import Member
from chat.protocol.errors import NotFound
from chat.services.moderation.state import REGULAR_WRITTEN
from chat.services.moderation.work import Work, working

SALT = "chat.network"
RECORDED = ("since", "written", "network", "seen_at")  # fields of a Member


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody has written in a room since it was last recorded."""

    slug: str
    author_id: str
    since: datetime  # when they entered the room
    written: int  # messages
    network: str  # hashed, that the last one came from; may be empty
    at: datetime  # when they wrote the last one


def hashed_network(address: str | None) -> str:
    """A keyed hash of the network that `address` is in; empty for none (a unix socket)."""
    if address is None:
        return ""
    key = settings.SECRET_KEY
    hashed = salted_hmac(SALT, network_of(address), secret=key, algorithm="sha256")
    return hashed.hexdigest()[:32]


def record(entries: Sequence[Written]) -> None:
    """Add what people have written. Those who become regular by it are announced."""
    by_room: dict[str, list[Written]] = defaultdict(list)
    for entry in entries:
        by_room[entry.slug].append(entry)
    if connection.vendor == "sqlite":  # one transaction costs as much as many
        with transaction.atomic():
            _record_in(sorted(by_room.items()))
    else:
        _record_in(sorted(by_room.items()))


def _record_in(rooms: Iterable[tuple[str, list[Written]]]) -> None:
    for slug, entries in rooms:
        try:
            with working(slug) as work:
                if _added(work, entries):
                    work.changes_state()
        except NotFound:  # the room was deleted
            continue


def _added(work: Work, entries: Sequence[Written]) -> bool:
    """Add these in one room; whether somebody has now written enough for a regular."""
    authors = {entry.author_id for entry in entries}
    known = Member.objects.filter(room=work.room, author_id__in=authors)
    members = {
        author_id: Member(
            room=work.room,
            author_id=author_id,
            since=since,
            written=written,
            network=network,
            seen_at=seen_at,
        )
        for author_id, since, written, network, seen_at in known.values_list("author_id", *RECORDED)
    }
    becomes_regular = False
    for entry in entries:
        member = members.setdefault(
            entry.author_id,
            Member(room=work.room, author_id=entry.author_id, since=entry.since, seen_at=entry.at),
        )
        before = member.written
        member.written += entry.written
        becomes_regular |= before < REGULAR_WRITTEN <= member.written
        member.since = min(member.since, entry.since)
        member.seen_at = max(member.seen_at, entry.at)
        member.network = entry.network or member.network
    # One statement: bulk_update took five times as long, and posts wait for this.
    Member.objects.bulk_create(
        members.values(),
        update_conflicts=True,
        unique_fields=["room", "author_id"],
        update_fields=RECORDED,
    )
    return becomes_regular


def add_written(work: Work, author_id: str, count: int) -> None:
    """Count messages that were approved or restored, or, less than zero, removed.

    The sum may be less than zero for seconds, until a process has recorded what it posted.
    """
    member, _ = Member.objects.get_or_create(
        room=work.room,
        author_id=author_id,
        defaults={"since": work.now, "seen_at": work.now},
    )
    member.written += count
    member.save(update_fields=["written"])
