"""Waiting for a condition to become true.

The deadline is generous: a test that passes does not wait for it, and a busy machine is no failure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 30  # until a condition must hold


def wait_until(
    condition: Callable[[], T],
    seconds: float = SECONDS,
    *,
    instead: Callable[[], object] | None = None,
) -> T:
    """Return what `condition()` returns as soon as that is true. Raises AssertionError at the
    deadline, which shows what `instead()` returns then."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(late(seconds, instead() if instead else ""))
        time.sleep(0.02)
    return result


async def until(condition: Callable[[], T], seconds: float = SECONDS) -> T:
    """The same in a coroutine; `condition` is called in the event loop and must not block."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(late(seconds))
        await asyncio.sleep(0.005)
    return result


def late(seconds: float, instead: object = "") -> str:
    return f"not within {seconds} s. {instead}".rstrip()
