"""What `chat.v1` says about who decides in a room: its rules, roles and acts. Declarations, and no
I/O.

An act is something that a moderator does, written to the room's moderation log. The client gives
each an `act_id`, its idempotency key in the room, so that it is safe to retry.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from chat.protocol.command import Command, MessageSeq
from chat.protocol.frames import Ack

MAX_SLOW: Annotated[int, "seconds between two messages of a person in slow mode"] = 6 * 3600
MAX_MUTE: Annotated[int, "seconds of a mute or ban that ends by itself"] = 366 * 24 * 3600
MAX_ROLES: Annotated[int, "owners and moderators of a room"] = 50
MAX_PINS: Annotated[int, "pinned messages of a room"] = 20
MAX_REASON: Annotated[int, "characters of the reason for a report"] = 200
MAX_KEY: Annotated[int, "characters of an owner link's key"] = 64
MAX_HELD: Annotated[int, "messages of a person that wait for a moderator in a room"] = 5
MAX_ALL_HELD: Annotated[int, "messages that wait for a moderator in a room"] = 500
MAX_REPORTED: Annotated[int, "reported messages that wait for a moderator in a room"] = 500
MAX_REPORTERS: Annotated[int, "people whose reports of one message are kept"] = 100
MAX_LISTED: Annotated[int, "entries of each list in the ack to `moderation.fetch`"] = 50

RoleName = Literal["owner", "moderator"]


class Rules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a room's owners and moderators have set. What has its default is left out.

    A newcomer is anybody who is not a regular. A regular entered the room at least a quarter of an
    hour ago and has written three messages that were not removed. No rule applies to owners and
    moderators.
    """

    slow_seconds: Annotated[
        int, Meta(ge=0, le=MAX_SLOW, description="between two messages of a person")
    ] = 0
    writers: Annotated[
        Literal["everybody", "regulars", "moderators"], Meta(description="who may write")
    ] = "everybody"
    hold: Annotated[
        Literal["nobody", "newcomers", "everybody"],
        Meta(description="whose messages wait until a moderator approves them"),
    ] = "nobody"
    hold_links: Annotated[
        bool, Meta(description="whether newcomers' messages with links wait, too")
    ] = False
    keep_pins: Annotated[
        bool, Meta(description="whether pinned messages stay when old ones are deleted")
    ] = False


class Role(Struct, frozen=True):
    """An owner or a moderator of the room."""

    author_id: str
    name: Annotated[str, Meta(description="when the role was given")]
    role: RoleName


# Events


class RoomRules(Struct, tag_field="type", tag="room.rules", frozen=True):
    """The room's rules, who decides, and what is pinned; after the welcome and at each change."""

    rules: Rules
    roles: Annotated[list[Role], Meta(description=f"at most {MAX_ROLES}; owners first")]
    pins: Annotated[list[int], Meta(description="`seq` of each, the one pinned last comes first")]
    raid_until: Annotated[
        str | None,
        Meta(description="until when newcomers have to wait longer, because many came at once"),
    ] = None


class Standing(Struct, tag_field="type", tag="you.changed", frozen=True):
    """What applies to you in this room; after the welcome and at each change."""

    role: RoleName | None
    is_regular: bool
    is_muted: bool
    muted_until: Annotated[
        str | None, Meta(description="null while you are not muted, or muted for good")
    ]
    held: Annotated[
        list[UUID], Meta(description="`client_message_id` of your messages that are held")
    ]


class ModerationChanged(Struct, tag_field="type", tag="moderation.changed", frozen=True):
    """What waits for a moderator. Only owners and moderators get it."""

    held: Annotated[int, Meta(description="messages that wait to be approved")]
    reports: Annotated[int, Meta(description="reported messages that nobody has looked at")]


# Replies


class HeldMessage(Struct, frozen=True):
    """A message that waits for a moderator."""

    client_message_id: UUID
    author_id: str
    author_name: str
    body: str
    held_at: str
    reply_to_seq: int | None


class ReportedMessage(Struct, frozen=True):
    """A message that people reported."""

    seq: int
    author_id: str
    author_name: str
    body: Annotated[str, Meta(description="as it stands; empty if it is gone")]
    count: Annotated[int, Meta(description="number of people who reported it")]
    reasons: Annotated[list[str], Meta(description="the first ones, without empty ones")]
    reported_at: Annotated[str, Meta(description="the first time")]


class LoggedAct(Struct, frozen=True, omit_defaults=True):
    """An entry of the moderation log."""

    act_id: UUID
    kind: Annotated[
        str,
        Meta(
            description="remove, mute, ban, sweep, role, rules, pin, approve, decline, settle, raid"
        ),
    ]
    at: str
    by: Annotated[str, Meta(description="name of who did it; empty for the server itself")]
    target_id: Annotated[str, Meta(description="the person that it was done to")] = ""
    target: Annotated[str, Meta(description="their name")] = ""
    seq: Annotated[int | None, Meta(description="the message that it was done to")] = None
    until: Annotated[str | None, Meta(description="when it ends by itself")] = None
    detail: Annotated[
        str,
        Meta(
            description="the new role, `on` or `off` of a pin or of the protection against a raid,"
            " or the new rules as JSON"
        ),
    ] = ""
    undone_at: str | None = None
    undone_by: str = ""
    can_undo: Annotated[bool, Meta(description="whether `act.undo` would work now")] = False


class ModerationAck(Ack, tag="ack", frozen=True):
    """What waits for a moderator, who is muted or banned, and the moderation log."""

    held: Annotated[
        list[HeldMessage], Meta(description="the oldest first, as many as fit into the frame")
    ]
    reports: Annotated[list[ReportedMessage], Meta(description="the same")]
    acts: Annotated[list[LoggedAct], Meta(description="the newest first")]
    more: Annotated[bool, Meta(description="whether there are older acts")]
    in_force: Annotated[
        list[LoggedAct], Meta(description="the mutes and bans that apply now, the newest first")
    ]


# Commands of everybody


class ClaimRole(Command, tag="room.claim", frozen=True):
    """Become an owner of the room, with the key of its owner link."""

    key: Annotated[str, Meta(min_length=1, max_length=MAX_KEY)]


class ReportMessage(Command, tag="message.report", frozen=True):
    """Report a message to the moderators. Counts once for each person and message."""

    seq: MessageSeq
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""


# Commands of owners and moderators


class FetchModeration(Command, tag="moderation.fetch", frozen=True):
    """Read what waits for a moderator, who is muted or banned, and the moderation log."""

    before: Annotated[
        UUID | None, Meta(description="`act_id`: the acts that you get are older than it")
    ] = None


class Act(Command, frozen=True):
    """Something that is written to the moderation log."""

    act_id: Annotated[UUID, Meta(description="idempotency key: resend with the same one")]


class RemoveMessage(Act, tag="act.remove", frozen=True):
    """Remove somebody's message. It can be restored for ten minutes."""

    seq: MessageSeq


class MutePerson(Act, tag="act.mute", frozen=True):
    """Forbid somebody to write, edit, react and change their name. They may still delete what they
    wrote."""

    author_id: str
    seconds: Annotated[int, Meta(ge=1, le=MAX_MUTE)] | None = None


class BanPerson(Act, tag="act.ban", frozen=True):
    """Close somebody's connections and forbid new ones. Newcomers from the same network have to
    wait longer between messages, for at most 30 days."""

    author_id: str
    seconds: Annotated[int, Meta(ge=1, le=MAX_MUTE)] | None = None


class SweepMessages(Act, tag="act.sweep", frozen=True):
    """Remove everything that somebody wrote in the last hour, as one change of the log."""

    author_id: str


class SetRole(Act, tag="act.role", frozen=True):
    """Appoint or dismiss a moderator. Owners only."""

    author_id: str
    role: Annotated[Literal["moderator"] | None, Meta(description="null dismisses them")]


class SetRules(Act, tag="act.rules", frozen=True):
    """Replace the room's rules."""

    rules: Rules


class PinMessage(Act, tag="act.pin", frozen=True):
    """Pin a message, or unpin it."""

    seq: MessageSeq
    on: bool


class ApproveMessage(Act, tag="act.approve", frozen=True):
    """Post a held message."""

    client_message_id: UUID


class DeclineMessage(Act, tag="act.decline", frozen=True):
    """Decline a held message. Its author gets a notice."""

    client_message_id: UUID


class SettleReport(Act, tag="act.settle", frozen=True):
    """Take a reported message off the list."""

    seq: MessageSeq


class EndRaid(Act, tag="act.end_raid", frozen=True):
    """End the protection against a raid before its time."""


class UndoAct(Command, tag="act.undo", frozen=True):
    """Undo an act: restore what was removed, end a mute, take back a role, rules or a pin."""

    act_id: Annotated[UUID, Meta(description="of the act to undo")]


COMMANDS = (
    ClaimRole,
    ReportMessage,
    FetchModeration,
    RemoveMessage,
    MutePerson,
    BanPerson,
    SweepMessages,
    SetRole,
    SetRules,
    PinMessage,
    ApproveMessage,
    DeclineMessage,
    SettleReport,
    EndRaid,
    UndoAct,
)
EVENTS = (RoomRules, Standing, ModerationChanged)
SHAPES = (Rules, Role, HeldMessage, ReportedMessage, LoggedAct)
