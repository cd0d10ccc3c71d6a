"""Leave in good order: tell every client when to come back, close them in turn, write what waits.

Spread over the drain's time, so that the next server meets a stream of arrivals and no wave.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from chat.live.group_commit import GroupCommit
from chat.live.hub_registry import HubRegistry
from chat.protocol.errors import CloseCode

GOING_AWAY_TIMEOUT = (
    1.0  # seconds for all to take the news; who does not read learns it by the close code
)
TICKS = 50  # batches in which sockets are closed
ARRIVALS = 100  # clients a second that the next server is meant to welcome


class Connection(Protocol):
    """A client that can be told to go."""

    async def go_away(self, retry_in_ms: int) -> None:
        """Tell it to reconnect after this long."""

    async def close(self, code: CloseCode) -> None:
        """Close its socket."""


class GracefulShutdown:
    """The open connections of one event loop, and whether they are being sent away."""

    def __init__(self, hubs: HubRegistry, group_commit: GroupCommit) -> None:
        self.has_begun = False
        self._hubs = hubs
        self._group_commit = group_commit
        self.connections: dict[Connection, None] = {}

    @contextmanager
    def connected(self, connection: Connection) -> Iterator[None]:
        """Let `connection` know when the server goes."""
        self.connections[connection] = None
        try:
            yield
        finally:
            del self.connections[connection]

    async def drain(self, seconds: float) -> None:
        """Send everyone away and flush the journal, in about two thirds of `seconds` at most.

        Clients come back one after the other, in the order in which they are closed: ARRIVALS a
        second, or evenly over `seconds` where they are too many for that.
        """
        self.has_begun = True
        self._hubs.stop_lingering()
        leaving = list(self.connections)
        spread = min(seconds, len(leaving) / ARRIVALS)  # seconds until the last comes back
        waits = [spread * place / len(leaving) for place in range(len(leaving))]
        await _at_most(
            GOING_AWAY_TIMEOUT,
            [each.go_away(int(wait * 1000)) for each, wait in zip(leaving, waits, strict=True)],
        )
        closing_ends = time.monotonic() + min(spread, seconds * 2 / 3 - 2 * GOING_AWAY_TIMEOUT)
        batch = len(leaving) // TICKS + 1
        for start in range(0, len(leaving), batch):
            group = leaving[start : start + batch]
            await _at_most(
                GOING_AWAY_TIMEOUT, [each.close(CloseCode.SERVICE_RESTART) for each in group]
            )
            groups_left = (len(leaving) - start) // batch
            if groups_left:
                await asyncio.sleep(max(0.0, closing_ends - time.monotonic()) / groups_left)
        await self._group_commit.flush()


async def _at_most(seconds: float, coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
