"""The commands of `chat.v1`: every frame that a client sends; those of moderation.py among them.
Declarations, and no I/O.

msgspec decodes and validates commands from these declarations alone, and docs/protocol.md is
generated from them.
"""

from __future__ import annotations

from typing import Annotated, Union
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from chat.protocol import moderation
from chat.protocol.command import Command, MessageSeq
from chat.protocol.errors import BadFrame, TooLarge
from chat.protocol.frames import MAX_BODY, MAX_FETCH, MAX_FRAME_IN, MAX_NAME, MAX_PAGE, Seq

PageLimit = Annotated[int, Meta(ge=1, le=MAX_PAGE)]


class PostMessage(Command, tag="message.post", frozen=True):
    """Post a message. The ack means that it is stored; resend until you get it."""

    client_message_id: Annotated[
        UUID, Meta(description="idempotency key in the room: resend with the same one")
    ]
    body: Annotated[str, Meta(description=f"1 to {MAX_BODY:,} characters after trimming; no NUL")]
    reply_to_seq: Annotated[
        MessageSeq | None, Meta(description="the `seq` of the message that this one replies to")
    ] = None


class EditMessage(Command, tag="message.edit", frozen=True):
    """Replace the text of one of your own messages. Safe to retry."""

    seq: Annotated[MessageSeq, Meta(description="the message's place in the conversation")]
    body: Annotated[str, Meta(description="as in `message.post`")]


class DeleteMessage(Command, tag="message.delete", frozen=True):
    """Delete one of your own messages. Its place stays, its text is gone. Safe to retry."""

    seq: Annotated[MessageSeq, Meta(description="the message's place in the conversation")]


class ReactToMessage(Command, tag="message.react", frozen=True):
    """Set or remove your reaction to a message. Safe to retry."""

    seq: Annotated[MessageSeq, Meta(description="the message's place in the conversation")]
    emoji: Annotated[str, Meta(description="exactly one emoji")]
    on: Annotated[bool, Meta(description="whether you react with it")]


class FetchMessages(Command, tag="messages.fetch", frozen=True):
    """Read certain messages, such as those that are replied to."""

    seqs: Annotated[
        list[MessageSeq], Meta(min_length=1, max_length=MAX_FETCH, description="their places")
    ]


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


COMMANDS = (
    PostMessage,
    EditMessage,
    DeleteMessage,
    ReactToMessage,
    FetchMessages,
    FetchHistory,
    StartTyping,
    SetName,
)

_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(
    Union[*COMMANDS, *moderation.COMMANDS]
)


class _Id(Struct):
    id: Seq


_id_decoder = msgspec.json.Decoder(_Id)


def decode(text: str) -> Command:
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
