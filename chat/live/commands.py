"""The commands of a socket: one async function each, which checks, acts and replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from chat.live import log_reader, moderation_commands
from chat.live.enforcement import may_write
from chat.live.visitor import Visitor
from chat.protocol.commands import (
    DeleteMessage,
    EditMessage,
    FetchHistory,
    FetchMessages,
    PostMessage,
    ReactToMessage,
    SetName,
    StartTyping,
)
from chat.protocol.frames import Ack, ChangeAck, HistoryAck, Message, MessagesAck, NameAck, PostAck


async def post_plain_text(visitor: Visitor, text: str) -> None:
    """Post `text` unchanged, for clients that use plain text. Raises ChatError."""
    await _post(visitor, text, uuid4())


async def post_message(visitor: Visitor, command: PostMessage) -> PostAck:
    seq = await _post(
        visitor, command.body.strip(), command.client_message_id, command.reply_to_seq
    )
    return PostAck(command.id, seq)


async def edit_message(visitor: Visitor, command: EditMessage) -> ChangeAck:
    posting, person = visitor.runtime.posting, visitor.guest.person
    body = command.body.strip()
    seq = await posting.edit(visitor.hub.slug, person, command.seq, body, address=visitor.address)
    visitor.hub.presence.stop_typing(person.author_id)
    return ChangeAck(command.id, seq)


async def delete_message(visitor: Visitor, command: DeleteMessage) -> ChangeAck:
    posting, person = visitor.runtime.posting, visitor.guest.person
    seq = await posting.delete(visitor.hub.slug, person, command.seq, address=visitor.address)
    return ChangeAck(command.id, seq)


async def react_to_message(visitor: Visitor, command: ReactToMessage) -> ChangeAck:
    seq = await visitor.runtime.posting.react(
        visitor.hub.slug,
        visitor.guest.person,
        command.seq,
        command.emoji,
        on=command.on,
        address=visitor.address,
    )
    return ChangeAck(command.id, seq)


async def fetch_messages(visitor: Visitor, command: FetchMessages) -> MessagesAck:
    messages, more = await _read(visitor, log_reader.messages_at, command.seqs)
    return MessagesAck(command.id, messages, more)


async def fetch_history(visitor: Visitor, command: FetchHistory) -> HistoryAck:
    if command.before <= 1:  # the page's heartbeat: nothing is older than the first message
        return HistoryAck(command.id, [], False)
    messages, more = await _read(visitor, log_reader.history_page, command.before, command.limit)
    return HistoryAck(command.id, messages, more)


async def start_typing(visitor: Visitor, command: StartTyping) -> Ack:
    moderation, person = visitor.hub.moderation, visitor.guest.person
    if moderation.is_plain or may_write(moderation.state, person.author_id):
        visitor.hub.presence.start_typing(person)
    return Ack(command.id)


async def set_name(visitor: Visitor, command: SetName) -> NameAck:
    renamed = visitor.guest.named(command.name)
    if renamed != visitor.guest:
        visitor.hub.moderation.require_unmuted(renamed.person.author_id)
        visitor.runtime.limits.names.take(renamed.person.author_id, visitor.address)
        visitor.guest = renamed
        visitor.hub.presence.rename(renamed.person)
    return NameAck(command.id, visitor.guest.name)


async def _read(
    visitor: Visitor, read: Callable[..., tuple[list[Message], bool]], *args: object
) -> tuple[list[Message], bool]:
    """Messages of the room, and whether there are more. Raises ChatError."""
    visitor.runtime.limits.history.take(visitor.address)
    turns = visitor.runtime.read_turns
    async with turns.turn():
        return await turns.read(read, visitor.hub.slug, *args)


async def _post(
    visitor: Visitor, body: str, client_message_id: UUID, reply_to_seq: int | None = None
) -> int:
    hub, person = visitor.hub, visitor.guest.person
    seq = await visitor.runtime.posting.post(
        hub.slug,
        person,
        body,
        client_message_id,
        address=visitor.address,
        reply_to_seq=reply_to_seq,
        may_be_new=not hub.head,
    )
    hub.presence.stop_typing(person.author_id)
    return seq


HANDLERS: dict[type, Callable[[Visitor, Any], Awaitable[Ack]]] = {
    PostMessage: post_message,
    EditMessage: edit_message,
    DeleteMessage: delete_message,
    ReactToMessage: react_to_message,
    FetchMessages: fetch_messages,
    FetchHistory: fetch_history,
    StartTyping: start_typing,
    SetName: set_name,
    **moderation_commands.HANDLERS,
}
