"""One async function per client command: may they, how fast, and the reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chat import database
from chat.access.guests import Guest
from chat.access.rate_limits import (
    ROW_BYTES,
    history_pace,
    message_pace,
    name_pace,
    read_turns,
    room_pace,
    stored_bytes,
)
from chat.live import log_reader, reads
from chat.live.free_space import free_space
from chat.live.group_commit import group_commit
from chat.live.hub import RoomHub
from chat.models import LOBBY, Room
from chat.protocol import frames
from chat.protocol.errors import BadFrame, TooLarge, Unavailable
from chat.protocol.frames import (
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
from chat.rooms.titles import normalised_title, slug_of, unguessable_slug
from chat.services.messages import Post
from chat.services.rooms import create_room


@dataclass(slots=True)
class Visitor:
    """A person in a room, through one connection."""

    guest: Guest
    hub: RoomHub
    address: str | None


async def say(visitor: Visitor, body: str, client_message_id: UUID) -> int:
    """Store a message; returns its seq after COMMIT. Raises ChatError."""
    person, hub = visitor.guest.person, visitor.hub
    post = Post(hub.slug, person.author_id, person.name, client_message_id, body)
    seq = await store(post, address=visitor.address, may_be_new=not hub.head)
    hub.presence.stop_typing(person.author_id)
    return seq


async def say_unconnected(
    slug: str, person: Person, body: str, client_message_id: UUID, *, address: str | None
) -> int:
    """The same for the page's plain form. Raises ChatError."""
    post = Post(slug, person.author_id, person.name, client_message_id, body)
    return await store(post, address=address, may_be_new=True)


def is_stored(slug: str) -> bool:
    """Whether there is such a room, with or without messages."""
    return slug == LOBBY or Room.objects.filter(slug=slug).exists()


async def store(post: Post, *, address: str | None, may_be_new: bool) -> int:
    """Store a message; `may_be_new` says that its room may have to be created. An
    invalid message, or one that is too fast, costs no read; one that would create a room too many
    does not count as stored. Raises ChatError."""
    body = post.body
    if not body:
        raise BadFrame(_("A message needs at least one visible character."))
    if len(body) > frames.MAX_BODY:
        text = _("A message has at most {limit} characters; this one has {length}.")
        raise TooLarge(format_lazy(text, limit=frames.MAX_BODY, length=len(body)))
    if "\x00" in body:
        raise BadFrame(_("A message may not contain NUL."))
    await free_space().require()
    message_pace().take(post.author_id, address)
    if may_be_new and not await database.read(is_stored, post.slug):
        room_pace().take(post.author_id, address)
    stored_bytes().take(address, ROW_BYTES + len(body.encode("utf-8", "replace")))
    message = await group_commit().post(post)
    return message.seq


async def open_room(
    person: Person, title: str, *, unguessable: bool, address: str | None
) -> tuple[Room, bool]:
    """Make a room by naming it; returns it and whether it is new. A title that reads like that
    of a room which exists gives that room, unless the link is to be unguessable. Raises
    ChatError."""
    title = normalised_title(title)
    slug = "" if unguessable else slug_of(title)
    await free_space().require()
    room_pace().take(person.author_id, address)
    try:
        return await database.write(create_room, slug=slug or unguessable_slug(title), title=title)
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
    history_pace().take(visitor.address)
    async with read_turns():
        messages, more = await reads.read(
            log_reader.history_page, visitor.hub.slug, command.before, command.limit
        )
    return HistoryAck(command.id, messages, more)


async def start_typing(visitor: Visitor, command: StartTyping) -> Ack:
    visitor.hub.presence.start_typing(visitor.guest.person)
    return Ack(command.id)


async def set_name(visitor: Visitor, command: SetName) -> NameAck:
    renamed = visitor.guest.named(command.name)
    if renamed != visitor.guest:
        name_pace().take(renamed.person.author_id, visitor.address)
        visitor.guest = renamed
        visitor.hub.presence.rename(renamed.person)
    return NameAck(command.id, visitor.guest.name)


HANDLERS: dict[type, Callable[[Visitor, Any], Awaitable[Ack]]] = {
    PostMessage: post_message,
    FetchHistory: fetch_history,
    StartTyping: start_typing,
    SetName: set_name,
}
