"""Pinned messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from chat.models import Act, Message, Pin
from chat.protocol import moderation as wire
from chat.protocol.errors import Deleted, NotFound, TooMany
from chat.protocol.moderation import MAX_PINS
from chat.services.moderation.work import Work, raise_version


def pin_message(work: Work, entry: Act, act: wire.PinMessage) -> None:
    """Pin a message, or unpin it."""
    entry.seq = act.seq
    entry.detail = "on" if act.on else "off"
    _set_pin(work, act.seq, on=act.on)
    entry.save()


def set_back(work: Work, entry: Act) -> None:
    """Unpin what was pinned, pin what was unpinned."""
    assert entry.seq is not None, "an entry of the kind `pin` has a seq"
    _set_pin(work, entry.seq, on=entry.detail == "off")


def is_latest(entry: Act, now: datetime) -> bool:
    """Whether the message has not been pinned or unpinned since."""
    return not entry.later(seq=entry.seq).exists()


def unpin_deleted(room_id: int, messages: Iterable[Message]) -> int | None:
    """Unpin those of `messages` that were deleted, in the transaction that did so. Returns the new
    version of the room's moderation if any was pinned."""
    deleted = [each.pk for each in messages if each.deleted_at]
    if deleted and Pin.objects.filter(message_id__in=deleted).delete()[0]:
        return raise_version(room_id)
    return None


def _set_pin(work: Work, seq: int, *, on: bool) -> None:
    message = Message.objects.filter(room=work.room, seq=seq).first()
    if message is None:
        raise NotFound
    if not on:
        Pin.objects.filter(message=message).delete()
        return
    if message.deleted_at:
        raise Deleted
    others = Pin.objects.shown_in(work.room).exclude(message=message)
    if others.count() >= MAX_PINS:
        raise TooMany(_("This room has too many pinned messages."))
    Pin.objects.get_or_create(message=message, defaults={"pinned_at": work.now})
