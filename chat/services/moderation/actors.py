"""Who acts, and on whom they may: moderators on everybody but each other and owners, owners on
everybody but owners, staff on everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from chat.models import Act, Role, Room
from chat.protocol.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for an act."""

    author_id: str
    name: str
    is_staff: bool = False


class Rank(IntEnum):
    """Acts are allowed on people of a lower rank."""

    NOBODY = 0
    MODERATOR = 1
    OWNER = 2
    STAFF = 3

    @classmethod
    def of_role(cls, role: str | None) -> Rank:
        """That of a role, or of none."""
        return cls[role.upper()] if role else cls.NOBODY


def rank_in(room: Room, actor: Actor, now: datetime) -> Rank:
    """The rank by the roles as they are now. Who is muted or banned has no powers."""
    if actor.is_staff:
        return Rank.STAFF
    rank = rank_of(room, actor.author_id)
    if rank and Act.objects.in_force(now).filter(room=room, target_id=actor.author_id).exists():
        return Rank.NOBODY
    return rank


def rank_of(room: Room, author_id: str) -> Rank:
    """The rank of a person's role, whether or not they are muted or banned."""
    role = Role.objects.filter(room=room, author_id=author_id).first()
    return Rank.of_role(role.role if role else None)


def require(rank: Rank, needed: Rank) -> None:
    """Raise NotAllowed for a lower rank than `needed`."""
    if rank < needed:
        raise NotAllowed
