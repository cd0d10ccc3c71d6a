"""What moderators look through: held messages, reports, and the moderation log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Act, HeldMessage, Message, Report, Role, Room
from chat.protocol import moderation as wire
from chat.protocol.errors import NotFound
from chat.protocol.frames import MAX_FRAME_OUT, timestamp
from chat.protocol.moderation import MAX_LISTED
from chat.services.moderation.actors import Actor, Rank, rank_in, require
from chat.services.moderation.acts import can_undo

REASONS = 5  # listed of those that people gave for a message
TEXTS = MAX_FRAME_OUT // 3  # bytes of held messages, and of reported ones; the rest is for the acts

Entry = TypeVar("Entry", wire.HeldMessage, wire.ReportedMessage)


class Lists(NamedTuple):
    """What `moderation.fetch` is answered with."""

    held: list[wire.HeldMessage]
    reports: list[wire.ReportedMessage]
    acts: list[wire.LoggedAct]
    more: bool
    in_force: list[wire.LoggedAct]


def read_lists(slug: str, actor: Actor, before: UUID | None) -> Lists:
    """What waits, and the newest acts, or those before one. Raises NotAllowed, and NotFound."""
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        raise NotFound(_("There is no such room."))
    rank = rank_in(room, actor, timezone.now())
    require(rank, Rank.MODERATOR)
    log = Act.objects.filter(room=room).order_by("-id")
    in_force = log.in_force(timezone.now())[:MAX_LISTED]
    if before is not None:
        log = log.filter(id__lt=log.filter(key=before).values("id"))
    page = list(log[: MAX_LISTED + 1])
    return Lists(
        held=_fitting(_held(room)),
        reports=_fitting(_reports(room)),
        acts=_logged(room, rank, page[:MAX_LISTED]),
        more=len(page) > MAX_LISTED,
        in_force=_logged(room, rank, in_force),
    )


def _fitting(entries: list[Entry]) -> list[Entry]:
    """As many as fit into a frame beside the other lists. Those that are missing follow when the
    first ones have been decided about."""
    ends = accumulate(len(msgspec.json.encode(each)) for each in entries)
    return entries[: max(1, sum(end <= TEXTS for end in ends))]


def _held(room: Room) -> list[wire.HeldMessage]:
    return [
        wire.HeldMessage(
            client_message_id=each.client_message_id,
            author_id=each.author_id,
            author_name=each.author_name,
            body=each.body,
            held_at=timestamp(each.held_at),
            reply_to_seq=each.reply_to_seq,
        )
        for each in HeldMessage.objects.waiting(room)[:MAX_LISTED]
    ]


def _reports(room: Room) -> list[wire.ReportedMessage]:
    by_message: dict[int, list[Report]] = defaultdict(list)
    oldest = Report.objects.waiting(room).oldest_of_each()[:MAX_LISTED]
    for each in Report.objects.waiting(room).filter(message_id__in=list(oldest)):
        by_message[each.message_id].append(each)
    messages = Message.objects.in_bulk(by_message)
    return [
        wire.ReportedMessage(
            seq=messages[message_id].seq,
            author_id=messages[message_id].author_id,
            author_name=messages[message_id].author_name,
            body=messages[message_id].body,
            count=len(reports),
            reasons=[each.reason for each in reports if each.reason][:REASONS],
            reported_at=timestamp(reports[0].at),
        )
        for message_id, reports in by_message.items()
        if message_id in messages  # it may have been deleted since
    ]


def _logged(room: Room, rank: Rank, acts: Iterable[Act]) -> list[wire.LoggedAct]:
    roles = dict(Role.objects.filter(room=room).values_list("author_id", "role"))
    return [_entry(each, rank, Rank.of_role(roles.get(each.target_id))) for each in acts]


def _entry(act: Act, rank: Rank, target: Rank) -> wire.LoggedAct:
    return wire.LoggedAct(
        act_id=act.key,
        kind=act.kind,
        at=timestamp(act.at),
        by=act.by_name,
        target_id=act.target_id,
        target=act.target_name,
        seq=act.seq,
        until=timestamp(act.until) if act.until else None,
        detail=act.detail,
        undone_at=timestamp(act.undone_at) if act.undone_at else None,
        undone_by=act.undone_by_name,
        can_undo=can_undo(act, rank, target, timezone.now()),
    )
