"""Reports: what people say about messages of others, for the moderators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chat.models import Act, Message, Report
from chat.protocol import moderation as wire
from chat.protocol.errors import Banned, Deleted, NotFound, TooMany
from chat.protocol.frames import Person
from chat.protocol.moderation import MAX_REPORTED, MAX_REPORTERS
from chat.services.moderation.work import Work, working


def report(slug: str, person: Person, seq: int, reason: str) -> None:
    """Report the message at `seq`. Once for each person and message: again changes nothing, nor
    does it when MAX_REPORTERS have reported it."""
    with working(slug) as work:
        message = Message.objects.filter(room=work.room, seq=seq).first()
        if message is None:
            raise NotFound
        bans = Act.objects.in_force(work.now).filter(room=work.room, kind="ban")
        if bans.filter(target_id=person.author_id).exists():
            raise Banned
        if message.reports.filter(author_id=person.author_id).exists():
            return
        if message.deleted_at:
            raise Deleted
        if message.reports.count() >= MAX_REPORTERS:
            return
        waiting = Report.objects.waiting(work.room).values("message_id").distinct()
        if waiting.exclude(message=message).count() >= MAX_REPORTED:
            raise TooMany(_("Too many messages are reported already."))
        Report.objects.create(
            message=message,
            author_id=person.author_id,
            author_name=person.name,
            reason=reason.replace("\0", ""),  # PostgreSQL stores none
            at=work.now,
        )
        work.changes_state()


def settle_report(work: Work, entry: Act, act: wire.SettleReport) -> None:
    """Take a reported message off the list. Raises NotFound if it is not on it."""
    message = Message.objects.filter(room=work.room, seq=act.seq).first()
    if message is None or not settle([message.pk], work.now):
        raise NotFound(_("This message is not reported any more."))
    entry.seq = message.seq
    entry.target_name = message.author_name
    entry.save()


def settle(message_ids: Iterable[int], now: datetime) -> int:
    """Nobody has to look at the reports of these messages any more; returns how many."""
    waiting = Report.objects.filter(message_id__in=message_ids, settled_at=None)
    return waiting.update(settled_at=now)


def unsettle(message_ids: Iterable[int], settled_at: datetime) -> None:
    """Undo what was settled at that time."""
    settled = Report.objects.filter(message_id__in=message_ids, settled_at=settled_at)
    settled.update(settled_at=None)


def reopen(work: Work, entry: Act) -> None:
    """Put a reported message back on the list."""
    unsettle(_reported(entry), entry.at)


def is_settled(entry: Act, now: datetime) -> bool:
    """Whether the reports are still there, and still settled by this act."""
    reports = Report.objects.filter(message_id__in=_reported(entry), settled_at=entry.at)
    return reports.exists()


def _reported(entry: Act) -> QuerySet[Message, int]:
    """The id of the message that the reports are of."""
    assert entry.seq is not None, "an entry of the kind `settle` has a seq"
    messages = Message.objects.filter(room_id=entry.room_id, seq=entry.seq)
    return messages.values_list("pk", flat=True)
