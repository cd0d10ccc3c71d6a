"""What a process keeps in memory of a room's moderation, to decide without the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Act, HeldMessage, Member, Pin, Report, Role, Room
from chat.protocol.errors import Banned, ChatError, Muted
from chat.protocol.moderation import MAX_ROLES, RoleName, Rules
from chat.protocol.moderation import Role as RoleFrame

MAX_REGULARS = 5_000  # of a room that a process knows: those seen last
REGULAR_AFTER = timedelta(minutes=15)  # since they entered the room
REGULAR_WRITTEN = 3  # messages that were not removed
NETWORK_SLOWED = timedelta(days=30)  # at most, for the network of somebody who is banned

NO_RULES = Rules()

_rules = msgspec.json.Decoder(Rules)
RefusalT = TypeVar("RefusalT", bound=ChatError)


def stored_rules(text: str) -> Rules:
    """What `Room.rules` holds; rules that this release cannot read are as good as none."""
    try:
        return _rules.decode(text) if text else NO_RULES
    except msgspec.MsgspecError:
        return NO_RULES


@dataclass(frozen=True, slots=True)
class Moderation:
    """A room's moderation as of a version. The defaults are those of a room without any."""

    version: int = 0
    rules: Rules = NO_RULES
    roles: Mapping[str, RoleFrame] = field(default_factory=dict)  # by author, owners first
    mutes: Mapping[str, datetime | None] = field(default_factory=dict)  # by author; None: for good
    bans: Mapping[str, datetime | None] = field(default_factory=dict)
    networks: Mapping[str, datetime] = field(default_factory=dict)  # of the banned, until then
    pins: tuple[int, ...] = ()  # the one pinned last comes first
    raid_until: datetime | None = None
    held: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)  # by author
    held_count: int = 0
    reports_count: int = 0
    regulars: Mapping[str, datetime] = field(default_factory=dict)  # from when on they are

    @property
    def is_plain(self) -> bool:
        """Whether nobody is to be refused or slowed by anything here."""
        return not (
            self.mutes
            or self.bans
            or self.networks
            or self.raid_until
            or self.rules != Rules(keep_pins=self.rules.keep_pins)
        )

    def role_of(self, author_id: str) -> RoleName | None:
        """Their role, unless they are muted or banned."""
        role = self.roles.get(author_id)
        if role is None:
            return None
        now = timezone.now()
        if self.muted(author_id, now) or self.banned(author_id, now):
            return None
        return role.role

    def is_regular(self, author_id: str) -> bool:
        """Whether they have been here for long enough, and have written enough."""
        since = self.regulars.get(author_id)
        return since is not None and since <= timezone.now()

    def muted(self, author_id: str, now: datetime) -> Muted | None:
        """The refusal for somebody who is muted."""
        return _in_force(Muted, self.mutes, author_id, now)

    def banned(self, author_id: str, now: datetime) -> Banned | None:
        """The refusal for somebody who is banned."""
        return _in_force(Banned, self.bans, author_id, now)

    def slows(self, network: str, now: datetime) -> bool:
        """Whether newcomers from this network have to wait, because somebody there is banned."""
        until = self.networks.get(network)
        return until is not None and until > now

    def is_raided(self, now: datetime) -> bool:
        """Whether the room is protected against a raid."""
        return self.raid_until is not None and self.raid_until > now


def _in_force(
    refusal: type[RefusalT], ends: Mapping[str, datetime | None], author_id: str, now: datetime
) -> RefusalT | None:
    if author_id not in ends:
        return None
    until = ends[author_id]
    if until is None:
        return refusal()
    left = (until - now).total_seconds()
    return refusal(retry_in_ms=int(left * 1000) + 1) if left > 0 else None


def load_moderation(slug: str) -> Moderation:
    """The room's moderation as it is now, or that of a room without any if it is not stored."""
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        return Moderation()
    now = timezone.now()
    # The version was read first: what changes meanwhile has a higher one, and is read again.
    sanctions = list(Act.objects.in_force(now).filter(room=room))
    held = HeldMessage.objects.waiting(room).values_list("author_id", "client_message_id")
    held_by: dict[str, tuple[UUID, ...]] = {}
    for author_id, client_message_id in held:
        held_by[author_id] = (*held_by.get(author_id, ()), client_message_id)
    return Moderation(
        version=room.moderation_version,
        rules=stored_rules(room.rules),
        roles=_roles(room),
        mutes={act.target_id: act.until for act in sanctions if act.kind == "mute"},
        bans={act.target_id: act.until for act in sanctions if act.kind == "ban"},
        networks=_networks(sanctions, now),
        pins=tuple(Pin.objects.shown_in(room).values_list("message__seq", flat=True)),
        raid_until=room.raid_until if room.raid_until and room.raid_until > now else None,
        held=held_by,
        held_count=len(held),
        reports_count=Report.objects.waiting(room).values("message_id").distinct().count(),
        regulars=_regulars(room),
    )


def _roles(room: Room) -> dict[str, RoleFrame]:
    roles: QuerySet[Role] = Role.objects.filter(room=room).order_by("-role", "id")  # owners first
    return {
        each.author_id: RoleFrame(each.author_id, each.name, cast(RoleName, each.role))
        for each in roles[:MAX_ROLES]
    }


def _networks(sanctions: list[Act], now: datetime) -> dict[str, datetime]:
    """Until when those of the banned are slowed."""
    ends: dict[str, datetime] = {}
    for act in sanctions:
        if act.kind == "ban" and act.network:
            end = min(act.until or act.at + NETWORK_SLOWED, act.at + NETWORK_SLOWED)
            ends[act.network] = max(end, ends.get(act.network, end))
    return {network: end for network, end in ends.items() if end > now}


def _regulars(room: Room) -> dict[str, datetime]:
    """Those who are regular, and those who will be once they have been here for long enough."""
    members = Member.objects.filter(room=room, written__gte=REGULAR_WRITTEN).order_by("-seen_at")
    found = members.values_list("author_id", "since")[:MAX_REGULARS]
    return {author_id: since + REGULAR_AFTER for author_id, since in found}
