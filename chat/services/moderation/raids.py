"""Raids: a room protects itself when many newcomers write at once."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from chat.models import Act
from chat.protocol import moderation as wire
from chat.services.moderation.work import Work, working


def start_raid(slug: str, until: datetime) -> None:
    """Protect the room until then.

    Nothing happens while it is protected, nor before the time at which a protection would have
    ended that a moderator has ended.
    """
    with working(slug) as work:
        if Act.objects.filter(room=work.room, kind="raid", until__gt=work.now).exists():
            return
        Act.objects.create(
            room=work.room, key=uuid4(), kind="raid", at=work.now, until=until, detail="on"
        )
        work.room.raid_until = until
        work.changes_state()


def end_raid(work: Work, entry: Act, act: wire.EndRaid) -> None:
    """End the protection."""
    entry.detail = "off"
    work.room.raid_until = None
    entry.save()
