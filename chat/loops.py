"""One instance per event loop: what a process shares among its connections.

A server has one loop; a test session has one per test, and nothing leaks from one to the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Call it for the running loop's instance, made when first asked for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._instances: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def __call__(self) -> T:
        loop = asyncio.get_running_loop()
        if loop not in self._instances:
            self._instances[loop] = self._make()
        return self._instances[loop]
