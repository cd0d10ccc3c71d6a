"""One room's moderation in this process: the newest snapshot, and the frames made of it.

It is read again when a newer version is announced or found by a poll, once for all who wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache

from django.utils import timezone

from chat import database
from chat.live.prepared_text import SharedText
from chat.live.raids import RaidWatch
from chat.protocol import frames
from chat.protocol.errors import Unavailable
from chat.protocol.moderation import ModerationChanged, RoleName, RoomRules, Standing
from chat.services.moderation.state import Moderation, load_moderation
from chat.tasks import cancel

logger = logging.getLogger(__name__)

LOOK_AGAIN = 3600.0  # seconds after which the end of a mute is looked for again, at the latest


class RoomModeration:
    """What applies in a room. `version` grows with each change of what connections are told."""

    def __init__(self, slug: str, changed: Callable[[], None]) -> None:
        """`changed` is called when there is a new version."""
        self.state = Moderation()
        self.is_plain = True  # nobody is refused or slowed by anything
        self.raid_watch = RaidWatch()
        self.rules_text = self.waiting_text = SharedText("")
        self._slug = slug
        self._changed = changed
        self._newest = 0  # version that is known to exist
        self._loading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._show()

    async def open(self, version: int) -> None:
        """Read it, if the room has any. Raises Unavailable."""
        if version:
            self._accept(await database.read(load_moderation, self._slug))

    async def close(self) -> None:
        """End what is under way."""
        if self._loading:
            await cancel(self._loading)
        if self._timer:  # only now: what was read may have set it
            self._timer.cancel()

    def on_version(self, version: int) -> None:
        """There is this version of it; read it if it is newer than what is here."""
        self._newest = max(self._newest, version)
        if version > self.state.version:
            self._load_soon(is_outdated=False)

    async def loaded(self) -> None:
        """Return when what has been announced here is in force here."""
        if self._loading:
            await asyncio.shield(self._loading)

    def is_banned(self, author_id: str) -> bool:
        """Whether this person may not be in the room now."""
        bans = self.state.bans
        return bool(bans) and self.state.banned(author_id, timezone.now()) is not None

    def require_unmuted(self, author_id: str) -> None:
        """Raises Muted."""
        if refusal := self.state.muted(author_id, timezone.now()):
            raise refusal

    def standing_text(self, author_id: str) -> SharedText:
        """`you.changed` for this person, as of now."""
        state, now = self.state, timezone.now()
        held = state.held.get(author_id, ())
        until = state.mutes.get(author_id)
        is_muted = state.muted(author_id, now) is not None
        return _standing_text(
            Standing(
                role=state.role_of(author_id),
                is_regular=state.is_regular(author_id),
                is_muted=is_muted,
                muted_until=frames.timestamp(until) if is_muted and until else None,
                held=list(held),
            )
        )

    def _load_soon(self, *, is_outdated: bool) -> None:
        if self._loading is None:
            load = self._load(is_outdated=is_outdated)
            self._loading = asyncio.create_task(load, name=f"moderation {self._slug}")

    async def _load(self, *, is_outdated: bool) -> None:
        """Read it until it is the newest; once, if something here has ended by itself."""
        try:
            while is_outdated or self._newest > self.state.version:
                version, is_outdated = self.state.version, False
                found = await database.read(load_moderation, self._slug)
                if found.version >= version:
                    self._accept(found)
                if found.version <= version:
                    break  # at most the log was replaced; HubRegistry compares the epochs
        except Unavailable:
            pass  # the next announcement or poll of the heads tries again
        except Exception:
            logger.exception("Could not read the moderation of %s", self._slug)
        finally:
            self._loading = None

    def _accept(self, state: Moderation) -> None:
        self.state = state
        self.is_plain = state.is_plain
        self._show()

    def _show(self) -> None:
        """Make the frames as of now, and again when something ends by itself."""
        state, now = self.state, timezone.now()
        roles = [each for each in state.roles.values() if state.role_of(each.author_id)]
        raid_until = state.raid_until if state.is_raided(now) else None
        rules = RoomRules(
            rules=state.rules,
            roles=roles,
            pins=list(state.pins),
            raid_until=frames.timestamp(raid_until) if raid_until else None,
        )
        waiting = ModerationChanged(state.held_count, state.reports_count)
        self.rules_text = _same_or_new(self.rules_text, frames.encode(rules))
        self.waiting_text = _same_or_new(self.waiting_text, frames.encode(waiting))
        self._changed()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        ends = [*state.mutes.values(), *state.bans.values(), state.raid_until]
        ahead = [end for end in (*ends, *state.regulars.values()) if end and end > now]
        if ahead:
            wait = min((min(ahead) - now).total_seconds(), LOOK_AGAIN)
            self._timer = asyncio.get_running_loop().call_later(wait + 0.01, self._expire)

    def _expire(self) -> None:
        """Show what has ended, and read the rest: perhaps nothing applies here any more."""
        self._show()
        self._load_soon(is_outdated=True)


def _same_or_new(text: SharedText, encoded: str) -> SharedText:
    """Connections send a text that is another object than the one that they sent last."""
    return text if text.text == encoded else SharedText(encoded)


def _standing_text(standing: Standing) -> SharedText:
    if standing.is_muted or standing.held:
        return SharedText(frames.encode(standing))
    return _usual_standing(standing.role, standing.is_regular)


@lru_cache(maxsize=8)
def _usual_standing(role: RoleName | None, is_regular: bool) -> SharedText:
    """Shared by almost everybody."""
    return SharedText(frames.encode(Standing(role, is_regular, False, None, [])))
