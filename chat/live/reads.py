"""Database reads of pages, lookups and history.fetch, made while holding a `limits.read_turns`.

While the database is away each attempt takes seconds, and those in the queue would wait for all of
them. So after a failed read the others fail immediately, until clients retry.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from chat import database
from chat.loops import PerLoop
from chat.protocol.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

AWAY = 2.0  # seconds; as long as Unavailable tells clients to wait


class Outage:
    """Until when the database counts as away."""

    until = 0.0  # monotonic


outage = PerLoop(Outage)


async def read(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `func` as `database.read` does. Where the caller is cancelled its thread goes on, so
    this returns, and the turn is free, when that has ended. Raises Unavailable."""
    if time.monotonic() < outage().until:
        raise Unavailable
    reading = asyncio.ensure_future(database.read(func, *args, **kwargs))
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        await asyncio.wait({reading})
        raise
    except Unavailable:
        outage().until = time.monotonic() + AWAY
        raise
