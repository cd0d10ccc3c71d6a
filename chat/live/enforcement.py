"""What a room's moderation lets people do: its rules, mutes, bans and raids.

Everything is looked up in memory, and nothing is checked in a room where nothing applies. What has
to be exact over all processes, the pause between two messages, is checked again where the message
is stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import database
from chat.access.rate_limits import Rate, Rates
from chat.formatting.links import split_links
from chat.live import log_reader
from chat.live.hub import RoomHub
from chat.live.hub_registry import HubRegistry
from chat.live.members import Members
from chat.live.raids import RAID_DURATION, RAID_REGULARS
from chat.protocol.errors import ChatError, NotAllowed, SlowMode, Unavailable
from chat.services.moderation.members import hashed_network
from chat.services.moderation.raids import start_raid
from chat.services.moderation.state import Moderation, load_moderation

logger = logging.getLogger(__name__)

# For newcomers in a raid, and for those from the network of somebody who is banned. A new cookie
# makes a new newcomer, so all of a raided room, or of such a network, share a rate too.
NEWCOMER_PAUSE = 30  # seconds after entering and between two messages
NEWCOMERS = 1 / 3, 20  # messages of all of them: a second, and at once


@dataclass(frozen=True, slots=True)
class Terms:
    """How somebody may post."""

    pause: int = 0  # seconds after their last message
    held: bool = False  # until a moderator approves it


FREELY = Terms()


class Enforcement:
    """Decides for the rooms of one event loop."""

    def __init__(self, hubs: HubRegistry, members: Members) -> None:
        self._hubs = hubs
        self._members = members
        self._newcomers = Rates(lambda: Rate(*NEWCOMERS))  # by raided room or slowed network
        self._starting: set[asyncio.Task[None]] = set()

    def is_plain(self, slug: str) -> bool:
        """Whether the room is open here and nothing applies in it: then nobody need ask more."""
        hub = self._open_hub(slug)
        return hub is not None and hub.moderation.is_plain

    async def terms(
        self,
        slug: str,
        author_id: str,
        body: str,
        client_message_id: UUID,
        address: str | None,
    ) -> Terms:
        """How this person may post this. Raises ChatError, but not for what is stored already: that
        is answered as before."""
        state = await self._state(slug)
        try:
            return self._terms(slug, state, author_id, body, address)
        except ChatError:
            if await database.read(log_reader.is_stored, slug, client_message_id):
                return FREELY
            raise

    async def require_edit(self, slug: str, author_id: str, seq: int, body: str) -> None:
        """Raises ChatError unless this person may edit their message to this. Its text as it
        stands is always allowed."""
        state = await self._state(slug)
        if _applies_to(state, author_id):
            known = await database.read(log_reader.body_at, slug, author_id, seq)
            if body != known:
                _require_edit(state, author_id, known, body)

    async def require_reaction(self, slug: str, author_id: str) -> None:
        """Raises ChatError unless this person may react."""
        _require_neither_banned_nor_muted(await self._state(slug), author_id, timezone.now())

    def posted(self, slug: str, author_id: str, address: str | None) -> None:
        """Count a message that was stored now: for regulars, and for raids."""
        self._members.posted(slug, author_id, address)
        hub = self._open_hub(slug)
        if hub is None:
            return
        state, now, watch = hub.moderation.state, time.monotonic(), hub.moderation.raid_watch
        if state.is_regular(author_id) or author_id in state.roles:
            watch.regular_posted(author_id, now)
        elif watch.newcomer_posted(now):
            here = (each.author_id for each in hub.presence.people())
            regulars = watch.recent_regulars(now) | {
                each for each in here if state.is_regular(each)
            }
            if len(regulars) >= RAID_REGULARS and not state.is_raided(timezone.now()):
                starting = asyncio.create_task(_start_raid(slug), name=f"raid {slug}")
                self._starting.add(starting)
                starting.add_done_callback(self._starting.discard)

    def _open_hub(self, slug: str) -> RoomHub | None:
        hub = self._hubs.get(slug)
        return hub if hub is not None and hub.is_open else None

    async def _state(self, slug: str) -> Moderation:
        hub = self._open_hub(slug)
        return hub.moderation.state if hub else await database.read(load_moderation, slug)

    def _terms(
        self, slug: str, state: Moderation, author_id: str, body: str, address: str | None
    ) -> Terms:
        now = timezone.now()
        _require_neither_banned_nor_muted(state, author_id, now)
        if state.role_of(author_id):
            return FREELY
        _require_writer(state, author_id)
        pause = state.rules.slow_seconds
        if crowd := _slowed_crowd(slug, state, author_id, address, now):
            self._wait_as_newcomer(slug, author_id, crowd)
            pause = max(pause, NEWCOMER_PAUSE)
        return Terms(
            pause, held=_are_held(state, author_id) or _has_held_link(state, author_id, body)
        )

    def _wait_as_newcomer(self, slug: str, author_id: str, crowd: str) -> None:
        """Raises SlowMode for a newcomer who has to wait, or if all of `crowd` write too much."""
        wait = NEWCOMER_PAUSE - self._members.seconds_quiet(slug, author_id)
        if wait <= 0:
            wait = self._newcomers.of(crowd).wait()
        if wait > 0:
            raise SlowMode(
                _("Newcomers have to wait before they write."), retry_in_ms=int(wait * 1000) + 1
            )


def _slowed_crowd(
    slug: str, state: Moderation, author_id: str, address: str | None, now: datetime
) -> str:
    """With whom somebody is slowed: as a newcomer in a raided room, or in the network of somebody
    who is banned; empty if they are not."""
    if state.is_regular(author_id):
        return ""
    if state.is_raided(now):
        return slug
    network = hashed_network(address) if state.networks else ""
    return network if state.slows(network, now) else ""


def may_write(state: Moderation, author_id: str) -> bool:
    """Whether somebody may write in the room at all, if they wait for long enough."""
    try:
        _require_neither_banned_nor_muted(state, author_id, timezone.now())
        if not state.role_of(author_id):
            _require_writer(state, author_id)
    except ChatError:
        return False
    return True


def _applies_to(state: Moderation, author_id: str) -> bool:
    """Whether an edit of theirs could be refused."""
    return not state.is_plain and not state.role_of(author_id)


def _require_neither_banned_nor_muted(state: Moderation, author_id: str, now: datetime) -> None:
    if refusal := state.banned(author_id, now) or state.muted(author_id, now):
        raise refusal


def _require_writer(state: Moderation, author_id: str) -> None:
    """Raises NotAllowed where the room's rules let only others write."""
    if state.rules.writers == "moderators":
        raise NotAllowed(_("Only moderators can write in this room."))
    if state.rules.writers == "regulars" and not state.is_regular(author_id):
        raise NotAllowed(_("Only regulars can write in this room."))


def _require_edit(state: Moderation, author_id: str, known: str, body: str) -> None:
    _require_neither_banned_nor_muted(state, author_id, timezone.now())
    _require_writer(state, author_id)
    if _are_held(state, author_id):
        raise NotAllowed(_("In this room your messages wait for a moderator. You can't edit them."))
    if _has_held_link(state, author_id, body) and _links(body) - _links(known):
        raise NotAllowed(_("In this room you can't add a link to a message."))


def _are_held(state: Moderation, author_id: str) -> bool:
    hold = state.rules.hold
    return hold == "everybody" or (hold == "newcomers" and not state.is_regular(author_id))


def _has_held_link(state: Moderation, author_id: str, body: str) -> bool:
    return state.rules.hold_links and not state.is_regular(author_id) and bool(_links(body))


def _links(body: str) -> set[str]:
    return {address for _text, address in split_links(body) if address}


async def _start_raid(slug: str) -> None:
    try:
        until = timezone.now() + timedelta(seconds=RAID_DURATION)
        await database.write(start_raid, slug, until)
    except Unavailable:
        logger.warning("The database is away: %s is not protected against a raid", slug)
    except Exception:
        logger.exception("Could not protect %s against a raid", slug)
