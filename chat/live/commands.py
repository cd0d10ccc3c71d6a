"""The commands of a socket: one async function each, which checks, acts and replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from chat.access.guests import Guest
from chat.live import log_reader
from chat.live.hub import RoomHub
from chat.live.runtime import Runtime
from chat.protocol.frames import (
    Ack,
    FetchHistory,
    HistoryAck,
    NameAck,
    PostAck,
    PostMessage,
    SetName,
    StartTyping,
)


@dataclass(slots=True)
class Visitor:
    """A person in a room, through one connection."""

    guest: Guest
    hub: RoomHub
    address: str | None
    runtime: Runtime


async def post_plain_text(visitor: Visitor, text: str) -> None:
    """Post `text` unchanged, for clients that use plain text. Raises ChatError."""
    await _post(visitor, text, uuid4())


async def post_message(visitor: Visitor, command: PostMessage) -> PostAck:
    seq = await _post(visitor, command.body.strip(), command.client_message_id)
    return PostAck(command.id, seq)


async def fetch_history(visitor: Visitor, command: FetchHistory) -> HistoryAck:
    if command.before <= 1:  # the page's heartbeat: nothing is older than the first message
        return HistoryAck(command.id, [], False)
    visitor.runtime.limits.history.take(visitor.address)
    turns = visitor.runtime.read_turns
    async with turns.turn():
        messages, more = await turns.read(
            log_reader.history_page, visitor.hub.slug, command.before, command.limit
        )
    return HistoryAck(command.id, messages, more)


async def start_typing(visitor: Visitor, command: StartTyping) -> Ack:
    visitor.hub.presence.start_typing(visitor.guest.person)
    return Ack(command.id)


async def set_name(visitor: Visitor, command: SetName) -> NameAck:
    renamed = visitor.guest.named(command.name)
    if renamed != visitor.guest:
        visitor.runtime.limits.names.take(renamed.person.author_id, visitor.address)
        visitor.guest = renamed
        visitor.hub.presence.rename(renamed.person)
    return NameAck(command.id, visitor.guest.name)


async def _post(visitor: Visitor, body: str, client_message_id: UUID) -> int:
    hub, person = visitor.hub, visitor.guest.person
    seq = await visitor.runtime.posting.post(
        hub.slug,
        person,
        body,
        client_message_id,
        address=visitor.address,
        may_be_new=not hub.head,
    )
    hub.presence.stop_typing(person.author_id)
    return seq


HANDLERS: dict[type, Callable[[Visitor, Any], Awaitable[Ack]]] = {
    PostMessage: post_message,
    FetchHistory: fetch_history,
    StartTyping: start_typing,
    SetName: set_name,
}
