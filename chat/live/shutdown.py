"""Graceful shutdown: tell every client when to reconnect, close the sockets, write what is queued.

Spread over the drain's time, so that clients reach the next server in a stream and not in a wave.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from chat.live.group_commit import GroupCommit
from chat.live.hub_registry import HubRegistry
from chat.live.members import Members
from chat.protocol.errors import CloseCode

# Seconds to deliver `going_away`; clients that read slowly learn it from the close code.
GOING_AWAY_TIMEOUT = 1.0
CLOSE_BATCHES = 50  # sockets are closed in so many batches
RECONNECTS = 100  # a second, for the next server


class Connection(Protocol):
    """A client's connection."""

    async def go_away(self, retry_in_ms: int) -> None:
        """Ask the client to reconnect after this long."""

    async def close(self, code: CloseCode) -> None:
        """Close the socket."""


class GracefulShutdown:
    """The open connections, and whether they are being closed."""

    def __init__(self, hubs: HubRegistry, group_commit: GroupCommit, members: Members) -> None:
        self.has_begun = False
        self._hubs = hubs
        self._group_commit = group_commit
        self._members = members
        self.connections: dict[Connection, None] = {}

    @contextmanager
    def connected(self, connection: Connection) -> Iterator[None]:
        """Include `connection` in a shutdown."""
        self.connections[connection] = None
        try:
            yield
        finally:
            del self.connections[connection]

    async def drain(self, seconds: float) -> None:
        """Close all connections and flush the group commit, within two thirds of `seconds`.

        Clients reconnect in the order in which they are closed: RECONNECTS a second, or evenly
        over `seconds` if there are too many for that.
        """
        self.has_begun = True
        self._hubs.stop_lingering()
        leaving = list(self.connections)
        spread = min(seconds, len(leaving) / RECONNECTS)  # seconds until the last one reconnects
        waits = [spread * place / len(leaving) for place in range(len(leaving))]
        await _at_most(
            GOING_AWAY_TIMEOUT,
            [each.go_away(int(wait * 1000)) for each, wait in zip(leaving, waits, strict=True)],
        )
        closing_ends = time.monotonic() + min(spread, seconds * 2 / 3 - 2 * GOING_AWAY_TIMEOUT)
        batch = len(leaving) // CLOSE_BATCHES + 1
        for start in range(0, len(leaving), batch):
            group = leaving[start : start + batch]
            await _at_most(
                GOING_AWAY_TIMEOUT, [each.close(CloseCode.SERVICE_RESTART) for each in group]
            )
            groups_left = (len(leaving) - start) // batch
            if groups_left:
                await asyncio.sleep(max(0.0, closing_ends - time.monotonic()) / groups_left)
        await self._group_commit.flush()
        await self._members.flush()


async def _at_most(seconds: float, coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
