"""What people do in rooms that tells regulars from newcomers: when they entered, and how much they
have written. Recorded in the background, so that posting costs nothing more.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from chat import database
from chat.protocol.errors import Unavailable
from chat.services.moderation import members
from chat.services.moderation.members import Written, hashed_network

logger = logging.getLogger(__name__)

FLUSH_INTERVAL = 5.0  # seconds
FLUSH_BATCH = 100  # people of one transaction, so that posts need not wait for long
MAX_REMEMBERED = 20_000  # people in rooms; beyond that those who were here longest ago are dropped

Key = tuple[str, str]  # the room's slug and the author_id


@dataclass(slots=True)
class _Member:
    since: float  # when they entered, as far as this process knows; Unix time
    written: int = 0  # messages that have not been recorded yet
    written_at: float = 0.0  # the last one; Unix time
    address: str | None = None  # that it came from

    def taken(self, slug: str, author_id: str) -> Written:
        """What is to be recorded; from now on it counts as recorded."""
        written, self.written = self.written, 0
        since, at = (datetime.fromtimestamp(each, UTC) for each in (self.since, self.written_at))
        return Written(slug, author_id, since, written, hashed_network(self.address), at)


class Members:
    """Those who are or were in rooms of this process."""

    def __init__(self) -> None:
        self._members: OrderedDict[Key, _Member] = OrderedDict()
        self._unrecorded: dict[Key, _Member] = {}
        self._flushing: asyncio.Task[None] | None = None

    def entered(self, slug: str, author_id: str) -> None:
        """Somebody has entered the room."""
        self._member((slug, author_id))

    def seconds_quiet(self, slug: str, author_id: str) -> float:
        """How long they have been here, since they last wrote; 0 if that is not known."""
        member = self._member((slug, author_id))
        return time.time() - max(member.since, member.written_at)

    def posted(self, slug: str, author_id: str, address: str | None) -> None:
        """Count a message that was stored now."""
        key = slug, author_id
        member = self._member(key)
        member.written += 1
        member.written_at = time.time()
        member.address = address
        self._unrecorded[key] = member
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush_later(), name="members")

    async def flush(self) -> None:
        """Record what has been counted until now; what is counted meanwhile waits for the next
        time. While the database is away, everything does."""
        waiting, self._unrecorded = self._unrecorded, {}
        while waiting:
            batch = [waiting.popitem() for _ in range(min(FLUSH_BATCH, len(waiting)))]
            entries = [member.taken(*key) for key, member in batch]
            try:
                await database.write(members.record, entries)
            except Unavailable:
                for entry, (key, member) in zip(entries, batch, strict=True):
                    member.written += entry.written
                    self._unrecorded[key] = member
                self._unrecorded |= waiting
                return
            except Exception:
                logger.exception("Could not record what %d people wrote", len(batch))

    def __len__(self) -> int:
        """How many people have written something that has not been recorded yet."""
        return len(self._unrecorded)

    def _member(self, key: Key) -> _Member:
        member = self._members.get(key)
        if member is None:
            member = self._members[key] = _Member(time.time())
            if len(self._members) > MAX_REMEMBERED:
                self._members.popitem(last=False)
        return member

    async def _flush_later(self) -> None:
        while self._unrecorded:
            await asyncio.sleep(FLUSH_INTERVAL)
            await self.flush()
        self._flushing = None
