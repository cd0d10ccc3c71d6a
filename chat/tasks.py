"""Ending tasks."""

from __future__ import annotations

import asyncio
from typing import Any

CANCEL_TIMEOUT = 5.0  # seconds until a task that has not ended is cancelled again
ATTEMPTS = 5


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancel `tasks` and wait until they have ended; their results and errors are dropped.

    A task can miss a cancellation: `asyncio.wait_for` of Python 3.11 swallows one that arrives
    together with the result. So a task is cancelled up to ATTEMPTS times, and this always returns.
    """
    pending = set(tasks)
    for _ in range(ATTEMPTS):
        if not pending:
            return
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=CANCEL_TIMEOUT)
        for task in done:
            if not task.cancelled():
                task.exception()  # retrieved, or asyncio would log it
