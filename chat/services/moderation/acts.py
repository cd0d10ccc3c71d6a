"""Acts: each is checked, done and written to the room's moderation log in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from chat.models import Act
from chat.protocol import moderation as wire
from chat.protocol.errors import Conflict, NotAllowed, NotFound, TooLate
from chat.services.moderation import (
    holding,
    pins,
    raids,
    removal,
    reports,
    roles,
    rules,
    sanctions,
    sweeps,
)
from chat.services.moderation.actors import Actor, Rank, rank_in, require
from chat.services.moderation.work import Work, working

# Does an act, once it has checked the rank of whom it is done to, and saves its entry of the log.
Performer = Callable[[Work, Act, Any], None]
PERFORMERS: dict[type[wire.Act], tuple[str, Performer]] = {
    wire.RemoveMessage: ("remove", removal.remove_message),
    wire.MutePerson: ("mute", sanctions.mute_or_ban),
    wire.BanPerson: ("ban", sanctions.mute_or_ban),
    wire.SweepMessages: ("sweep", sweeps.sweep_messages),
    wire.SetRole: ("role", roles.set_role),
    wire.SetRules: ("rules", rules.set_rules),
    wire.PinMessage: ("pin", pins.pin_message),
    wire.ApproveMessage: ("approve", holding.approve_message),
    wire.DeclineMessage: ("decline", holding.decline_message),
    wire.SettleReport: ("settle", reports.settle_report),
    wire.EndRaid: ("raid", raids.end_raid),
}


class Undoing(NamedTuple):
    """How acts of a kind are undone, and whether one still can be."""

    undo: Callable[[Work, Act], None]
    is_possible: Callable[[Act, datetime], bool]
    needed: Rank = Rank.MODERATOR


UNDOING: dict[str, Undoing] = {
    "remove": Undoing(removal.restore_message, removal.can_restore),
    "sweep": Undoing(sweeps.restore_messages, removal.can_restore),
    "mute": Undoing(sanctions.lift, sanctions.is_in_force),
    "ban": Undoing(sanctions.lift, sanctions.is_in_force),
    "role": Undoing(roles.set_back, roles.is_latest, Rank.OWNER),
    "rules": Undoing(rules.set_back, rules.is_latest),
    "pin": Undoing(pins.set_back, pins.is_latest),
    "settle": Undoing(reports.reopen, reports.is_settled),
}


def perform(slug: str, actor: Actor, act: wire.Act) -> None:
    """Do `act` and log it. The same act again, by its id, is not done twice.

    Raises NotAllowed where the actor's role does not suffice as it is now, and what the act itself
    raises.
    """
    kind, do = PERFORMERS[type(act)]
    with working(slug) as work:
        known = Act.objects.filter(room=work.room, key=act.act_id).first()
        if known:
            if not _is_repeated(known, kind, actor, act):
                raise Conflict(_("This act_id was already used for something else."))
            return
        work.rank = rank_in(work.room, actor, work.now)
        require(work.rank, Rank.MODERATOR)
        entry = Act(
            room=work.room,
            key=act.act_id,
            kind=kind,
            at=work.now,
            by_id=actor.author_id,
            by_name=actor.name,
        )
        do(work, entry, act)
        work.changes_state()


def _is_repeated(known: Act, kind: str, actor: Actor, act: wire.Act) -> bool:
    """Whether `known` is the entry of the same act, as far as it says what was done to whom."""
    return (known.by_id, known.kind, known.seq, known.target_id) == (
        actor.author_id,
        kind,
        getattr(act, "seq", known.seq),
        getattr(act, "author_id", known.target_id),
    )


def undo(slug: str, actor: Actor, act_id: UUID) -> None:
    """Undo an act. One that is undone already stays so.

    Raises NotFound, NotAllowed and TooLate.
    """
    with working(slug) as work:
        entry = Act.objects.filter(room=work.room, key=act_id).first()
        work.rank = rank_in(work.room, actor, work.now)
        require(work.rank, Rank.MODERATOR)
        if entry is None:
            raise NotFound(_("There is no such act."))
        if entry.undone_at:
            return
        undoing = UNDOING.get(entry.kind)
        if undoing is None:
            raise NotAllowed(_("This cannot be undone."))
        require(work.rank, undoing.needed)
        work.require_above(entry.target_id)
        if not undoing.is_possible(entry, work.now):
            raise TooLate(_("This cannot be undone any more."))
        undoing.undo(work, entry)
        entry.undone_at = work.now
        entry.undone_by_id, entry.undone_by_name = actor.author_id, actor.name
        entry.save()
        work.changes_state()


def can_undo(entry: Act, rank: Rank, target: Rank, now: datetime) -> bool:
    """Whether somebody of that rank can undo this now, which was done to a person of rank
    `target`."""
    undoing = UNDOING.get(entry.kind)
    if undoing is None or entry.undone_at or rank < undoing.needed or rank <= target:
        return False
    return undoing.is_possible(entry, now)
