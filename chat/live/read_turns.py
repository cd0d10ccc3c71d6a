"""Database reads that a client asks for (a page, a lookup, history.fetch): few at a time, the
others wait in the event loop.

While the database is away each attempt takes seconds, and those in the queue would wait for all of
them. So after a failed read the others fail immediately, until clients retry (a circuit breaker).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from chat import database
from chat.protocol.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

READS_AT_ONCE = 2  # of this process: the other reading threads stay free for people who connect
RETRY_AFTER = 2.0  # seconds; as long as Unavailable tells clients to wait


class ReadTurns:
    """The turns of one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(READS_AT_ONCE)
        self._retry_at = 0.0  # monotonic; until then reads fail without an attempt

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, in which to `read` and to do what else needs the processor."""
        async with self._free:
            yield

    async def read(self, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `func` as `database.read` does; call it within a turn. Raises Unavailable.

        A thread cannot be cancelled: where the caller is, this returns, and the turn is free, when
        the read has ended.
        """
        if time.monotonic() < self._retry_at:
            raise Unavailable
        reading = asyncio.ensure_future(database.read(func, *args, **kwargs))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            await asyncio.wait({reading})
            raise
        except Unavailable:
            self._retry_at = time.monotonic() + RETRY_AFTER
            raise
