"""One async function per client command: may they, how fast, and the reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chat import database, log, protocol
from chat.errors import BadFrame, TooLarge, Unavailable
from chat.hub import RoomHub
from chat.identity import Guest
from chat.journal import journal
from chat.limits import message_pace, room_pace
from chat.models import Room
from chat.protocol import (
    Ack,
    FetchHistory,
    HistoryAck,
    NameAck,
    Person,
    PostAck,
    PostMessage,
    SetName,
    StartTyping,
)
from chat.services.messages import Post
from chat.services.rooms import make_room
from chat.titles import normalised_title, slug_of, unguessable_slug


@dataclass(slots=True)
class Visitor:
    """A person in a room, through one connection."""

    guest: Guest
    hub: RoomHub
    address: str | None


async def say(visitor: Visitor, body: str, client_message_id: UUID) -> int:
    """Store a message; returns its seq after COMMIT. Raises ChatError."""
    person = visitor.guest.person
    seq = await store(visitor.hub.slug, person, body, client_message_id, address=visitor.address)
    visitor.hub.presence.stop_typing(person.author_id)
    return seq


async def store(
    slug: str, person: Person, body: str, client_message_id: UUID, *, address: str | None
) -> int:
    """The same for someone who is not connected: the page's plain form. Raises ChatError."""
    if not body:
        raise BadFrame(_("A message needs at least one visible character."))
    if len(body) > protocol.MAX_BODY:
        text = _("A message has at most {limit} characters; this one has {length}.")
        raise TooLarge(format_lazy(text, limit=protocol.MAX_BODY, length=len(body)))
    if "\x00" in body:
        raise BadFrame(_("A message may not contain NUL."))
    message_pace().take(person.author_id, address)
    post = Post(slug, person.author_id, person.name, client_message_id, body)
    message = await journal().post(post)
    return message.seq


async def open_room(
    person: Person, title: str, *, unguessable: bool, address: str | None
) -> tuple[Room, bool]:
    """Make a room by naming it; returns it and whether it is new. A title that reads like that
    of a room which exists gives that room, unless the link is to be unguessable. Raises
    ChatError."""
    title = normalised_title(title)
    slug = "" if unguessable else slug_of(title)
    room_pace().take(person.author_id, address)
    try:
        return await database.write(make_room, slug=slug or unguessable_slug(title), title=title)
    except database.UNREACHABLE as error:
        raise Unavailable from error


async def say_plain(visitor: Visitor, text: str) -> None:
    """Say `text` exactly as it is, for clients that speak plain text. Raises ChatError."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadFrame(_("A message must be valid Unicode.")) from None
    await say(visitor, text, uuid4())


async def post_message(visitor: Visitor, command: PostMessage) -> PostAck:
    seq = await say(visitor, command.body.strip(), command.client_message_id)
    return PostAck(command.id, seq)


async def fetch_history(visitor: Visitor, command: FetchHistory) -> HistoryAck:
    if command.before <= 1:  # the page's heartbeat: nothing is older than the first message
        return HistoryAck(command.id, [], False)
    messages, more = await database.read(
        log.page_before, visitor.hub.slug, command.before, command.limit
    )
    return HistoryAck(command.id, messages, more)


async def start_typing(visitor: Visitor, command: StartTyping) -> Ack:
    visitor.hub.presence.start_typing(visitor.guest.person)
    return Ack(command.id)


async def set_name(visitor: Visitor, command: SetName) -> NameAck:
    visitor.guest = visitor.guest.named(command.name)
    visitor.hub.presence.rename(visitor.guest.person)
    return NameAck(command.id, visitor.guest.name)


HANDLERS: dict[type, Callable[[Visitor, Any], Awaitable[Ack]]] = {
    PostMessage: post_message,
    FetchHistory: fetch_history,
    StartTyping: start_typing,
    SetName: set_name,
}
