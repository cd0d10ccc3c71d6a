"""Every frame of `chat.v1` and every limit of the wire. Declarations, and no I/O.

msgspec decodes and validates commands from these declarations alone, and docs/protocol.md is
generated from them: names, types, bounds and descriptions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from chat.protocol.errors import BadFrame, ChatError, TooLarge

SUBPROTOCOL = "chat.v1"

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
MAX_REPLAY: Annotated[int, "changes sent on resuming; a client further behind is reset"] = 1_000
MAX_PEOPLE: Annotated[int, "people listed by name; `count` is the number of all"] = 100
MAX_SEQ: Annotated[int, "the largest integer that JavaScript represents exactly"] = 2**53 - 1

ENVELOPE = 100  # bytes of a frame around its messages, at most
SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_SLUG}}}")
Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
PageLimit = Annotated[int, Meta(ge=1, le=MAX_PAGE)]


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


class Message(Struct, frozen=True):
    """A message as of its latest change."""

    seq: Annotated[int, Meta(description="its place in the conversation")]
    changed_seq: Annotated[int, Meta(description="the seq of its latest change")]
    client_message_id: UUID
    author_id: str
    author_name: Annotated[str, Meta(description="as it was when the message was posted")]
    body: str
    posted_at: Annotated[str, Meta(description="RFC 3339, UTC, milliseconds")]


class Command(Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """A frame from a client."""

    id: Annotated[Seq, Meta(description="unique in its connection, repeated as `reply_to`")]


class PostMessage(Command, tag="message.post", frozen=True):
    """Post a message. The ack means that it is stored; resend until you get it."""

    client_message_id: Annotated[
        UUID, Meta(description="idempotency key in the room: resend with the same one")
    ]
    body: Annotated[str, Meta(description=f"1 to {MAX_BODY:,} characters after trimming; no NUL")]


class FetchHistory(Command, tag="history.fetch", frozen=True):
    """Read messages older than `before`."""

    before: Annotated[Seq, Meta(description="the messages that you get have a lower `seq`")]
    limit: Annotated[PageLimit, Meta(description="messages that you want")]


class StartTyping(Command, tag="typing.start", frozen=True):
    """Tell the room that you are typing. Expires after 5 seconds; repeat it while you type."""


class SetName(Command, tag="name.set", frozen=True):
    """Change your name for this connection."""

    name: Annotated[
        str, Meta(description=f"1 to {MAX_NAME} characters; the ack has it as normalised")
    ]


class Ack(Struct, tag_field="type", tag="ack", frozen=True):
    """The command was carried out."""

    reply_to: Annotated[int, Meta(description="the `id` of the command")]


class PostAck(Ack, tag="ack", frozen=True):
    """The message is stored in the room's log, at `seq`."""

    seq: int


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


class RoomChanged(Struct, tag_field="type", tag="room.changed", frozen=True):
    """Every change after `after` up to `head`, in the order of `changed_seq`."""

    after: Annotated[int, Meta(description="`head` of the frame before")]
    head: Annotated[int, Meta(description="where your cursor is now")]
    messages: list[Message]


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


COMMANDS = (PostMessage, FetchHistory, StartTyping, SetName)
REPLIES = (PostAck, HistoryAck, NameAck, Ack, Error)
EVENTS = (Welcome, RoomChanged, PeopleChanged, Typing, GoingAway)

AnyCommand = PostMessage | FetchHistory | StartTyping | SetName
_decoder = msgspec.json.Decoder(AnyCommand)
_encoder = msgspec.json.Encoder()


class _Id(Struct):
    id: Seq


_id_decoder = msgspec.json.Decoder(_Id)


def decode(text: str) -> AnyCommand:
    """The command in `text`, which may be anything. Raises BadFrame and TooLarge."""
    if len(text) > MAX_FRAME_IN or len(text.encode("utf-8", "replace")) > MAX_FRAME_IN:
        raise TooLarge(f"A frame can have up to {MAX_FRAME_IN:,} bytes.")
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise BadFrame(str(error)[:200]) from None


def command_id(text: str) -> int | None:
    """The `id` of a frame that may otherwise be invalid, for `reply_to`."""
    if len(text) > MAX_FRAME_IN:
        return None
    try:
        return _id_decoder.decode(text).id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


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
