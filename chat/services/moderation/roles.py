"""Roles: owners appoint and dismiss moderators."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from chat.models import Act, Role
from chat.protocol import moderation as wire
from chat.protocol.errors import TooMany
from chat.protocol.moderation import MAX_ROLES
from chat.services.moderation.actors import Rank, require
from chat.services.moderation.people import known_person
from chat.services.moderation.work import Work


def set_role(work: Work, entry: Act, act: wire.SetRole) -> None:
    """Appoint or dismiss a moderator; staff may dismiss an owner, too."""
    require(work.rank, Rank.OWNER)
    entry.target_id, entry.target_name = known_person(work.room, act.author_id)
    work.require_above(act.author_id)
    entry.detail = act.role or ""
    give_role(work, entry.target_id, entry.target_name, entry.detail)
    entry.save()


def give_role(work: Work, author_id: str, name: str, role: str) -> None:
    """Give a person that role, or none if it is empty. Raises TooMany."""
    theirs = Role.objects.filter(room=work.room, author_id=author_id)
    if not role:
        theirs.delete()
        return
    if not theirs.exists() and Role.objects.filter(room=work.room).count() >= MAX_ROLES:
        raise TooMany(_("This room has too many owners and moderators."))
    Role.objects.update_or_create(
        room=work.room,
        author_id=author_id,
        defaults={"name": name, "role": role, "given_at": work.now},
    )


def set_back(work: Work, entry: Act) -> None:
    """Give the person the role that they had before."""
    before = entry.earlier(target_id=entry.target_id)
    give_role(work, entry.target_id, entry.target_name, before.detail if before else "")


def is_latest(entry: Act, now: datetime) -> bool:
    """Whether the person's role has not been changed since."""
    return not entry.later(target_id=entry.target_id).exists()
