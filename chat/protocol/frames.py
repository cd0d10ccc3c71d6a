"""Every frame that the server sends in `chat.v1`, and every limit of the wire. Declarations, and
no I/O.

docs/protocol.md is generated from them: names, types, bounds and descriptions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from chat.protocol.errors import ChatError

SUBPROTOCOL = "chat.v1"
FEATURES = ("reply", "edit", "delete", "react", "moderate")  # what a client may offer

# What a limit counts is part of its declaration.
MAX_BODY: Annotated[int, "characters of a message"] = 4_000
MAX_NAME: Annotated[int, "characters of a person's name"] = 32
MAX_TITLE: Annotated[int, "characters of a room's title"] = 80
MAX_SLUG: Annotated[int, "characters of a room's slug"] = 64
MAX_FRAME_IN: Annotated[
    int, "bytes of a frame from a client; `serve` closes with 1009 for more"
] = 64 * 1024
MAX_FRAME_OUT: Annotated[int, "bytes of a frame from the server"] = 256 * 1024
PAGE: Annotated[int, "messages that a newcomer gets"] = 50
MAX_PAGE: Annotated[int, "messages of one `history.fetch`"] = 100
MAX_REPLAY: Annotated[int, "messages sent on resuming; a client further behind is reset"] = 1_000
MAX_REPLAY_SEQS: Annotated[int, "seqs between a cursor and the head, for resuming"] = 20_000
MAX_FETCH: Annotated[int, "messages of one `messages.fetch`"] = 50
MAX_REACTION_KINDS: Annotated[int, "kinds of reactions to a message"] = 20
MAX_EMOJI_LENGTH: Annotated[int, "code points of one emoji"] = 32
MAX_REACTIONS: Annotated[int, "reactions of one person to a message"] = 10
MAX_REACTION_AUTHORS: Annotated[int, "author ids listed with a reaction; `count` is of all"] = 20
MAX_PEOPLE: Annotated[int, "people listed by name; `count` is the number of all"] = 100
MAX_SEQ: Annotated[int, "the largest integer that JavaScript represents exactly"] = 2**53 - 1

ENVELOPE = 100  # bytes of a frame around its messages, at most
SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_SLUG}}}")
Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]


class Limits(Struct, frozen=True):
    """What a client may send; part of `welcome`."""

    body: Annotated[int, Meta(description="characters of a message")] = MAX_BODY
    name: Annotated[int, Meta(description="characters of a name")] = MAX_NAME
    frame: Annotated[int, Meta(description="bytes of a frame")] = MAX_FRAME_IN
    page: Annotated[int, Meta(description="messages of one `history.fetch`")] = MAX_PAGE


class RoomInfo(Struct, frozen=True):
    """The room as clients see it."""

    slug: str
    title: str


class Person(Struct, frozen=True):
    """Someone in a room. The id is stable and cannot be forged; the name is chosen freely."""

    author_id: str
    name: str


class Reaction(Struct, frozen=True):
    """One kind of reaction to a message."""

    emoji: str
    count: Annotated[int, Meta(description="number of people who reacted with it")]
    author_ids: Annotated[list[str], Meta(description=f"the first {MAX_REACTION_AUTHORS} of them")]


class Message(Struct, frozen=True, omit_defaults=True):
    """A message as of its latest change. Fields that have their default are left out."""

    seq: Annotated[int, Meta(description="its place in the conversation")]
    changed_seq: Annotated[int, Meta(description="the seq of its latest change")]
    client_message_id: UUID
    author_id: str
    author_name: Annotated[str, Meta(description="as it was when the message was posted")]
    body: str
    posted_at: Annotated[str, Meta(description="RFC 3339, UTC, milliseconds")]
    reply_to_seq: Annotated[
        int | None, Meta(description="the `seq` of the message that this one replies to")
    ] = None
    edited_at: Annotated[
        str | None, Meta(description="when its text was last edited; as `posted_at`")
    ] = None
    deleted_at: Annotated[
        str | None, Meta(description="set on a deleted message, whose `body` is empty")
    ] = None
    reactions: Annotated[
        list[Reaction], Meta(description="the kind that was used first comes first")
    ] = []
    removed: Annotated[
        bool, Meta(description="set on a deleted message that a moderator removed")
    ] = False


class Sweep(Struct, frozen=True):
    """Everything that somebody wrote in a range of the log was removed, or restored."""

    seq: Annotated[int, Meta(description="of this change")]
    author_id: str
    first: Annotated[int, Meta(description="`seq` of the first of the messages")]
    last: Annotated[int, Meta(description="`seq` of the last one")]
    on: Annotated[bool, Meta(description="false: restored; `messages.fetch` has the text")]
    at: Annotated[str, Meta(description="when; as `posted_at`")]


class Ack(Struct, tag_field="type", tag="ack", frozen=True):
    """The command was carried out."""

    reply_to: Annotated[int, Meta(description="the `id` of the command")]


class PostAck(Ack, tag="ack", frozen=True):
    """The message is stored in the room's log, at `seq`."""

    seq: int


class ChangeAck(Ack, tag="ack", frozen=True):
    """The change is stored. Clients have it once their cursor is at `seq` or later."""

    seq: Annotated[int, Meta(description="the seq of the change")]


class MessagesAck(Ack, tag="ack", frozen=True):
    """The messages that the room has of those asked for, in the order of their `seq`."""

    messages: list[Message]
    more: Annotated[
        bool,
        Meta(description="whether some did not fit: ask again for those after the last one"),
    ]


class HistoryAck(Ack, tag="ack", frozen=True):
    """The newest messages below `before`, oldest first."""

    messages: list[Message]
    more: Annotated[bool, Meta(description="whether there are older ones")]


class NameAck(Ack, tag="ack", frozen=True):
    """The name as others see it now."""

    name: str


class Error(Struct, tag_field="type", tag="error", frozen=True):
    """A command was refused. The connection stays open."""

    reply_to: Annotated[int | None, Meta(description="null where the command had no valid `id`")]
    code: Annotated[str, Meta(description="see Error codes")]
    detail: Annotated[str, Meta(description="the reason, in English, for a person")]
    retry_in_ms: Annotated[
        int | None, Meta(description="set exactly when the same command may succeed later")
    ]


class Welcome(Struct, tag_field="type", tag="welcome", frozen=True):
    """The first frame of a connection. One or more `room.changed` up to `head` follow."""

    room: RoomInfo
    you: Person
    epoch: Annotated[str, Meta(description="identifies the room's log")]
    head: Annotated[int, Meta(description="the highest `seq` of the log")]
    reset: Annotated[
        bool, Meta(description="drop your timeline: your cursor does not belong to this log")
    ]
    limits: Limits
    people: Annotated[list[Person], Meta(description=f"at most {MAX_PEOPLE}")]
    count: Annotated[int, Meta(description="number of people in the room")]
    features: Annotated[
        tuple[str, ...], Meta(description="what this server offers, for the page to offer it too")
    ] = FEATURES


class RoomChanged(Struct, tag_field="type", tag="room.changed", frozen=True, omit_defaults=True):
    """The messages that were changed after `after`, up to `head`, in the order of `changed_seq`.

    Each comes once, as of its latest change. A newcomer's first frames have the newest messages
    instead: those after `after`.
    """

    after: Annotated[int, Meta(description="`head` of the frame before")]
    head: Annotated[int, Meta(description="where your cursor is now")]
    messages: list[Message]
    sweeps: Annotated[
        list[Sweep], Meta(description="apply them after `messages`, in order; seldom any")
    ] = []


class PeopleChanged(Struct, tag_field="type", tag="people.changed", frozen=True):
    """Who is in the room now."""

    people: Annotated[list[Person], Meta(description=f"the first {MAX_PEOPLE} by name")]
    count: Annotated[int, Meta(description="number of people in the room")]


class Typing(Struct, tag_field="type", tag="typing", frozen=True):
    """Who is typing now; replaces the previous list."""

    people: list[Person]


class GoingAway(Struct, tag_field="type", tag="going_away", frozen=True):
    """The server is shutting down: reconnect with your cursor. Until the socket closes,
    `room.changed` and replies may still come; `people.changed` and `typing` do not."""

    retry_in_ms: Annotated[int, Meta(description="wait this long before you reconnect")]


REPLIES = (PostAck, ChangeAck, MessagesAck, HistoryAck, NameAck, Ack, Error)
EVENTS = (Welcome, RoomChanged, PeopleChanged, Typing, GoingAway)

_encoder = msgspec.json.Encoder()


def parse_seq(text: str) -> int | None:
    """The seq in a URL; None where `text` is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SEQ))):
        return None
    seq = int(text)
    return seq if seq <= MAX_SEQ else None


def timestamp(moment: datetime) -> str:
    """`moment`, an aware datetime, as RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(frame: Struct) -> str:
    """`frame` as JSON."""
    return _encoder.encode(frame).decode()


def encode_part(part: Struct) -> msgspec.Raw:
    """`part` of a frame, encoded once for all frames that will contain it."""
    return msgspec.Raw(_encoder.encode(part))


def error_frame(error: ChatError, reply_to: int | None) -> Error:
    """The reply to a refused command."""
    return Error(reply_to, error.code, str(error.detail), error.retry_in_ms)
