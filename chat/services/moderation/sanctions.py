"""Mutes and bans: they are in force until they end or are undone."""

from __future__ import annotations

from datetime import datetime, timedelta

from chat.models import Act, Member
from chat.protocol import moderation as wire
from chat.services.moderation.people import known_person
from chat.services.moderation.work import Work


def mute_or_ban(work: Work, entry: Act, act: wire.MutePerson | wire.BanPerson) -> None:
    """Mute or ban somebody. It replaces a mute, or a ban, that is in force."""
    entry.target_id, entry.target_name = known_person(work.room, act.author_id)
    work.require_above(act.author_id)
    before = Act.objects.in_force(work.now).filter(
        room=work.room, kind=entry.kind, target_id=entry.target_id
    )
    before.update(undone_at=work.now, undone_by_id=entry.by_id, undone_by_name=entry.by_name)
    if act.seconds is not None:
        entry.until = work.now + timedelta(seconds=act.seconds)
    if entry.kind == "ban":
        member = Member.objects.filter(room=work.room, author_id=entry.target_id).first()
        entry.network = member.network if member else ""
    entry.save()


def lift(work: Work, entry: Act) -> None:
    """End a mute or a ban: nothing but its entry says that it is in force."""


def is_in_force(entry: Act, now: datetime) -> bool:
    """Whether this mute or ban has not ended by itself."""
    return entry.until is None or entry.until > now
