"""How many people are in the rooms where nobody of this process is.

Processes that share a channel layer tell each other every few seconds who of them knows how
many: a room's own hubs know, and nobody else hears them. A count is at most ROOM_COUNTS_TTL old.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

from chat.channel.group import BackgroundSender, GroupMembership
from chat.tasks import cancel

GROUP = "room_counts"
HEARTBEAT = 10  # seconds
ROOM_COUNTS_TTL = 25  # seconds that a process's counts live
MAX_TOLD = 1000  # rooms of one event
MAX_SENDING = 10  # events under way; heartbeats make up for those that are dropped

Counts = dict[str, int]  # people by slug


class RoomCounts:
    """One process's part. `count` gives the rooms that it has people in."""

    def __init__(self, count: Callable[[], Counts]) -> None:
        self._count = count
        self._node = secrets.token_hex(8)
        self._others: dict[str, tuple[float, Counts]] = {}
        self._membership = GroupMembership(GROUP, self.hear, self._ask)
        self._sender = BackgroundSender(MAX_SENDING)

    async def run(self) -> None:
        """Take part until cancelled."""
        listening = asyncio.create_task(self._membership.run(), name="room_counts")
        try:
            while True:
                self._tell_counts()
                await asyncio.sleep(HEARTBEAT)
        finally:
            await cancel(listening)
            await self._membership.leave()

    def people_in(self, slug: str) -> int | None:
        """As the others told lately; None where none of them has anybody in the room."""
        now = time.monotonic()
        told = [counts.get(slug) for until, counts in self._others.values() if until > now]
        return max((count for count in told if count is not None), default=None)

    def hear(self, event: dict[str, Any]) -> None:
        """Take in an event of the group, our own included."""
        if event["node"] == self._node:
            return
        if event["type"] == "room_counts.ask":
            self._tell_counts()
        else:
            now = time.monotonic()
            living = {node: told for node, told in self._others.items() if told[0] > now}
            self._others = living | {event["node"]: (now + ROOM_COUNTS_TTL, dict(event["counts"]))}

    def _ask(self) -> None:
        self._tell({"type": "room_counts.ask", "node": self._node})

    def _tell_counts(self) -> None:
        counts = list(self._count().items())[:MAX_TOLD]
        self._tell({"type": "room_counts.here", "node": self._node, "counts": counts})

    def _tell(self, event: dict[str, Any]) -> None:
        self._sender.send(GROUP, event)
