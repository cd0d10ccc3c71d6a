"""The rules of a room."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chat.models import Act
from chat.protocol import moderation as wire
from chat.services.moderation.work import Work


def set_rules(work: Work, entry: Act, act: wire.SetRules) -> None:
    """Replace the rules."""
    entry.detail = msgspec.json.encode(act.rules).decode()
    work.room.rules = entry.detail
    entry.save()


def set_back(work: Work, entry: Act) -> None:
    """Put back the rules that were there before."""
    before = entry.earlier()
    work.room.rules = before.detail if before else ""


def is_latest(entry: Act, now: datetime) -> bool:
    """Whether the rules have not been changed since."""
    return not entry.later().exists()
