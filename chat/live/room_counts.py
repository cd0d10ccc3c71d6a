"""How many people are in the rooms that are not open in this process.

The processes that share a channel layer send each other the counts of their open rooms every few
seconds. A count is at most ROOM_COUNTS_TTL old.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from chat.channel.group import BackgroundSender, GroupMembership
from chat.live.expiring_peers import ExpiringPeers
from chat.tasks import cancel

# The names of the group and of its events are those that the previous release uses: during an
# upgrade its processes share the channel layer with ours.
GROUP, ASK, HERE = "census", "census.ask", "census.here"
HEARTBEAT = 10  # seconds
ROOM_COUNTS_TTL = 25  # seconds that the counts of a process are kept
MAX_ROOMS = 1000  # of one event
MAX_SENDING = 10  # events under way; heartbeats make up for those that are dropped

Counts = dict[str, int]  # people by slug


class RoomCounts:
    """The counts of the other processes, and the sending of our own."""

    def __init__(self, own_counts: Callable[[], Counts]) -> None:
        self._own_counts = own_counts
        self._peers: ExpiringPeers[Counts] = ExpiringPeers(ttl=ROOM_COUNTS_TTL, heartbeat=HEARTBEAT)
        self._membership = GroupMembership(GROUP, self._on_event, on_join=self._ask)
        self._sender = BackgroundSender(MAX_SENDING)

    async def run(self) -> None:
        """Send and receive counts until cancelled."""
        membership = asyncio.create_task(self._membership.run(), name="room_counts")
        try:
            while True:
                now = time.monotonic()
                if now >= self._peers.heartbeat_at:
                    self._report(now)
                await asyncio.sleep(max(0.0, self._peers.heartbeat_at - now))
        finally:
            await cancel(membership)
            await self._membership.leave()

    def people_in(self, slug: str) -> int | None:
        """The number of people in a room; None where no other process has it open.

        Each of them counts the people of all processes, so the highest is the most complete.
        """
        self._peers.expire(time.monotonic())
        return max(
            (counts[slug] for counts in self._peers.reports() if slug in counts), default=None
        )

    def _on_event(self, event: dict[str, Any]) -> None:
        if self._peers.is_own(event):
            return
        now = time.monotonic()
        if event["type"] == ASK:
            self._report(now)
        else:
            self._peers.expire(now)
            self._peers.update(event["node"], dict(event["counts"]), now)

    def _ask(self) -> None:
        self._sender.send(GROUP, {"type": ASK, "node": self._peers.node})

    def _report(self, now: float) -> None:
        counts = list(self._own_counts().items())[:MAX_ROOMS]
        event = {"type": HERE, "node": self._peers.node, "counts": counts}
        self._peers.sent(now)
        self._sender.send(GROUP, event)
