"""Every frame of `chat.v1` and every limit of the wire. Pure data: no Django, no I/O.

Commands are decoded and validated by msgspec from these declarations alone, and
docs/protocol.md is generated from them.
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
MAX_BODY = 4_000  # characters
MAX_NAME = 32  # characters
MAX_TITLE = 80  # characters of a room's title
MAX_SLUG = 64  # characters
MAX_FRAME_IN = 64 * 1024  # bytes; `serve` closes with 1009 for more
MAX_FRAME_OUT = 256 * 1024  # bytes
PAGE = 50  # messages that a newcomer gets
MAX_PAGE = 100  # messages of one history.fetch
MAX_REPLAY = 1_000  # changes that a resume brings; further behind is a reset
MAX_PEOPLE = 100  # people listed by name; the count goes on
MAX_SEQ = 2**53 - 1  # what JavaScript counts to

SLUG = re.compile(rf"[a-z0-9-]{{1,{MAX_SLUG}}}")
Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
PageLimit = Annotated[int, Meta(ge=1, le=MAX_PAGE)]


class Limits(Struct, frozen=True):
    """What a client may send, told in `welcome`."""

    body: int = MAX_BODY  # characters
    name: int = MAX_NAME  # characters
    frame: int = MAX_FRAME_IN  # bytes
    page: int = MAX_PAGE  # messages


class RoomInfo(Struct, frozen=True):
    """The room as clients see it."""

    slug: str
    title: str


class Person(Struct, frozen=True):
    """Someone in a room: the id is stable and cannot be forged, the name can be anything."""

    author_id: str
    name: str


class Message(Struct, frozen=True):
    """One message, as after its latest change."""

    seq: int  # its place in the conversation
    changed_seq: int  # the seq of its latest change
    client_message_id: UUID
    author_id: str
    author_name: str  # as it was when said
    body: str
    posted_at: str  # RFC 3339, UTC, milliseconds


class Command(Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """A frame from a client."""

    id: Seq  # unique per connection, echoed as reply_to


class PostMessage(Command, tag="message.post", frozen=True):
    """Post a message. The ack means that it is stored; resend until you have it."""

    client_message_id: UUID  # idempotency key of the room: resend with the same one
    body: str  # 1 to 4,000 characters after trimming; no NUL


class FetchHistory(Command, tag="history.fetch", frozen=True):
    """Read messages older than `before`."""

    before: Seq  # a message's seq; those with a lower one are meant
    limit: PageLimit  # 1 to 100


class StartTyping(Command, tag="typing.start", frozen=True):
    """Tell the room that you are typing; fades after 5 seconds, so repeat it while you do."""


class SetName(Command, tag="name.set", frozen=True):
    """Change your name for this connection."""

    name: str  # 1 to 32 characters; normalised, see the ack


class Ack(Struct, tag_field="type", tag="ack", frozen=True):
    """The command was carried out."""

    reply_to: int


class PostAck(Ack, tag="ack", frozen=True):
    """The message is stored in the room's log, at `seq`."""

    seq: int


class HistoryAck(Ack, tag="ack", frozen=True):
    """The newest messages below `before`, oldest first."""

    messages: list[Message]
    more: bool  # older ones exist


class NameAck(Ack, tag="ack", frozen=True):
    """The name as others see it now."""

    name: str


class Error(Struct, tag_field="type", tag="error", frozen=True):
    """A command was refused. The connection stays."""

    reply_to: int | None
    code: str
    detail: str
    retry_in_ms: int | None  # set exactly when the same command may succeed later


class Welcome(Struct, tag_field="type", tag="welcome", frozen=True):
    """First frame of a connection. `room.changed` frames up to `head` follow, at least one."""

    room: RoomInfo
    you: Person
    epoch: str
    head: int
    reset: bool  # throw your timeline away: your cursor does not belong to this log
    limits: Limits
    people: list[Person]
    count: int


class RoomChanged(Struct, tag_field="type", tag="room.changed", frozen=True):
    """Every change in (after, head], ordered by changed_seq."""

    after: int
    head: int
    messages: list[Message]


class PeopleChanged(Struct, tag_field="type", tag="people.changed", frozen=True):
    """Who is in the room now: the first 100 by name, and how many in all."""

    people: list[Person]
    count: int


class Typing(Struct, tag_field="type", tag="typing", frozen=True):
    """Those typing now; the list replaces the one before."""

    people: list[Person]


class GoingAway(Struct, tag_field="type", tag="going_away", frozen=True):
    """The server is draining: reconnect after this long, with your cursor. Until the socket closes,
    `room.changed` may still come, and replies; `people.changed` and `typing` do not."""

    retry_in_ms: int


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
    """The command in `text`. Raises BadFrame or TooLarge, whatever the text is."""
    if len(text) > MAX_FRAME_IN or len(text.encode("utf-8", "replace")) > MAX_FRAME_IN:
        raise TooLarge(f"A frame may have {MAX_FRAME_IN} bytes.")
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise BadFrame(str(error)[:200]) from None


def command_id(text: str) -> int | None:
    """The `id` of a frame that may be broken otherwise, for `reply_to`."""
    if len(text) > MAX_FRAME_IN:
        return None
    try:
        return _id_decoder.decode(text).id
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def timestamp(moment: datetime) -> str:
    """`moment`, which knows its zone, as RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(frame: Struct) -> str:
    """`frame` as the text that goes on the wire."""
    return _encoder.encode(frame).decode()


def error_frame(error: ChatError, reply_to: int | None) -> Error:
    """The reply that tells a client why it was refused."""
    return Error(reply_to, error.code, str(error.detail), error.retry_in_ms)
