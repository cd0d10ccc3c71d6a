"""Posting and changing messages, and creating rooms: every way in (socket, form) passes the same
checks here.

The checks come in the order of their cost: what is invalid or too fast costs no read.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chat import database
from chat.access.rate_limits import ROW_BYTES, RateLimits
from chat.emoji import canonical_emoji
from chat.live.enforcement import FREELY, Enforcement
from chat.live.free_space import FreeSpace
from chat.live.group_commit import GroupCommit
from chat.live.reaction_batches import ReactionBatches
from chat.models import Room
from chat.protocol.errors import BadFrame, TooLarge
from chat.protocol.frames import MAX_BODY, Person
from chat.rooms.titles import normalised_title, slug_of, unguessable_slug
from chat.services.rooms import create_owned_room
from chat.services.writes import Delete, Edit, Post, React, Repeated


class Posting:
    """The one way in, with what it checks against."""

    def __init__(
        self,
        limits: RateLimits,
        free_space: FreeSpace,
        group_commit: GroupCommit,
        enforcement: Enforcement,
    ) -> None:
        self._limits = limits
        self._free_space = free_space
        self._group_commit = group_commit
        self._enforcement = enforcement
        self._reaction_batches = ReactionBatches(group_commit)

    async def post(
        self,
        slug: str,
        author: Person,
        body: str,
        client_message_id: UUID,
        *,
        address: str | None,
        reply_to_seq: int | None = None,
        may_be_new: bool = True,
    ) -> int:
        """Store a message in the room at `slug`; returns its seq after COMMIT. Posting again with
        the same id is safe.

        `may_be_new` is False where the caller knows that the room exists, which saves a read.
        Raises ChatError.
        """
        _check_body(body)
        await self._free_space.require()
        self._limits.messages.take(author.author_id, address)
        enforcement, terms = self._enforcement, FREELY
        if not enforcement.is_plain(slug):
            terms = await enforcement.terms(
                slug, author.author_id, body, client_message_id, address
            )
        if may_be_new and not await database.read(Room.objects.is_stored, slug):
            self._limits.rooms.take(author.author_id, address)
        self._limits.stored_bytes.take(address, ROW_BYTES + len(body.encode()))
        seq = await self._group_commit.write(
            Post(
                slug,
                author.author_id,
                author.name,
                client_message_id,
                body,
                reply_to_seq,
                terms.pause,
                terms.held,
            )
        )
        if not isinstance(seq, Repeated):
            enforcement.posted(slug, author.author_id, address)
        return int(seq)

    async def edit(
        self, slug: str, author: Person, seq: int, body: str, *, address: str | None
    ) -> int:
        """Replace the text of the author's message at `seq`; returns the seq of the change after
        COMMIT. Editing again with the same text is safe. Raises ChatError."""
        _check_body(body)
        await self._free_space.require()
        self._limits.messages.take(author.author_id, address)
        if not self._enforcement.is_plain(slug):
            await self._enforcement.require_edit(slug, author.author_id, seq, body)
        self._limits.stored_bytes.take(address, ROW_BYTES + len(body.encode()))
        return await self._group_commit.write(Edit(slug, author.author_id, seq, body))

    async def delete(self, slug: str, author: Person, seq: int, *, address: str | None) -> int:
        """Delete the author's message at `seq`; returns the seq of the change after COMMIT.
        Deleting again is safe. Raises ChatError."""
        self._limits.messages.take(author.author_id, address)
        return await self._group_commit.write(Delete(slug, author.author_id, seq))

    async def react(
        self, slug: str, author: Person, seq: int, emoji: str, *, on: bool, address: str | None
    ) -> int:
        """Set or remove the author's reaction to the message at `seq`; returns the seq of the
        change after COMMIT. Doing so again is safe. Raises ChatError."""
        canonical = canonical_emoji(emoji)
        if canonical is None:
            raise BadFrame(_("A reaction is exactly one emoji."))
        self._limits.reactions.take(author.author_id, address)
        if not self._enforcement.is_plain(slug):
            await self._enforcement.require_reaction(slug, author.author_id)
        if on:
            await self._free_space.require()
            self._limits.stored_bytes.take(address, ROW_BYTES)
        return await self._reaction_batches.react(
            React(slug, author.author_id, author.name, seq, canonical, on)
        )

    async def open_room(
        self, author: Person, title: str, *, unguessable: bool, address: str | None
    ) -> tuple[Room, str]:
        """The room for `title`, and the key of its owner link if it was created; `author` is its
        owner then.

        An existing room whose title has the same slug is returned as it is, without a key, unless
        the link has to be unguessable. Raises ChatError.
        """
        title = normalised_title(title)
        slug = "" if unguessable else slug_of(title)
        await self._free_space.require()
        self._limits.rooms.take(author.author_id, address)
        slug = slug or unguessable_slug(title)
        return await database.write(create_owned_room, slug=slug, title=title, owner=author)


def _check_body(body: str) -> None:
    if not body:
        raise BadFrame(_("A message needs at least one visible character."))
    if len(body) > MAX_BODY:
        text = _("Messages can be up to {limit} characters (this has {length}).")
        raise TooLarge(format_lazy(text, limit=MAX_BODY, length=len(body)))
    if "\x00" in body:
        raise BadFrame(_("A message can't contain the NUL character."))
    try:
        body.encode()
    except UnicodeEncodeError:
        raise BadFrame(_("A message must be valid Unicode.")) from None
