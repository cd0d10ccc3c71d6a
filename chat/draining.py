"""Leave in good order: tell every client when to come back, close them in turn, write what waits.

Spread over the drain's time, so that the next server meets a stream of arrivals and no wave.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from chat.errors import CloseCode
from chat.journal import journal
from chat.loops import PerLoop

FAREWELL = 1.0  # seconds for all to take the news; who does not read learns it by the close code
TICKS = 50  # batches in which sockets are closed


class Connection(Protocol):
    """A client that can be told to go."""

    async def go_away(self, retry_in_ms: int) -> None:
        """Tell it to reconnect after this long."""

    async def close(self, code: CloseCode) -> None:
        """Close its socket."""


class Draining:
    """The open connections of one event loop, and whether they are being sent away."""

    def __init__(self) -> None:
        self.has_begun = False
        self._connections: dict[Connection, None] = {}

    @contextmanager
    def connected(self, connection: Connection) -> Iterator[None]:
        """Let `connection` know when the server goes."""
        self._connections[connection] = None
        try:
            yield
        finally:
            del self._connections[connection]

    async def drain(self, seconds: float) -> None:
        """Send everyone away within about two thirds of `seconds`, and flush the journal.

        Clients come back evenly over `seconds`, in the order in which they are closed.
        """
        self.has_begun = True
        leaving = list(self._connections)
        pause = seconds * 1000 / max(1, len(leaving))  # ms between two that come back
        await _at_most(
            FAREWELL, [each.go_away(int(place * pause)) for place, each in enumerate(leaving)]
        )
        batch = len(leaving) // TICKS + 1
        closing_ends = time.monotonic() + max(0.0, seconds * 2 / 3 - 2 * FAREWELL)
        for start in range(0, len(leaving), batch):
            group = leaving[start : start + batch]
            await _at_most(FAREWELL, [each.close(CloseCode.SERVICE_RESTART) for each in group])
            ticks_left = (len(leaving) - start) / batch
            await asyncio.sleep(max(0.0, closing_ends - time.monotonic()) / ticks_left)
        await journal().flush()


async def _at_most(seconds: float, coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()


draining = PerLoop(Draining)
