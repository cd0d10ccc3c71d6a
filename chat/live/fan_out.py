"""Delivery of a room's changes to its readers in this process, in passes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from chat.metrics import DELIVERIES, DELIVERY

SHORT_PASS = 0.002  # seconds; during a longer pass enough changes arrive to share the next one
FAN_OUT_BATCH = 100  # readers delivered to before the event loop runs other tasks


class Reader(Protocol):
    """One connection's place in the room."""

    def deliver(self) -> None:
        """There may be something new."""


class FanOut:
    """The readers of one room. What arrives during a pass over them shares the next pass."""

    def __init__(self, release: Callable[[], int]) -> None:
        """`release` is called at the start of each pass: it lets readers read what has arrived,
        and returns how many changes that is."""
        self.news_version = 0  # grows with what readers are sent apart from changes of the log
        self._release = release
        self._readers: dict[Reader, None] = {}
        self._has_news = asyncio.Event()
        self._received_at: float | None = None  # of the oldest post to deliver, if posted here

    @contextmanager
    def reading(self, reader: Reader) -> Iterator[None]:
        """Call the reader's `deliver` in each pass."""
        self._readers[reader] = None
        try:
            yield
        finally:
            del self._readers[reader]

    def wake(self) -> None:
        """There is something new: make a pass."""
        self._has_news.set()

    def show_news(self) -> None:
        """There is something new apart from changes of the log: make a pass."""
        self.news_version += 1
        self._has_news.set()

    def measure_from(self, received_at: float | None) -> None:
        """The next pass delivers a post that this process received then (perf_counter)."""
        self._received_at = self._received_at or received_at

    async def run(self) -> None:
        """Make the passes, until cancelled. After a short one it waits a little, so that several
        changes share a frame even then."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            began = time.perf_counter()
            received_at, self._received_at = self._received_at, None
            DELIVERIES.inc(self._release() * len(self._readers))
            for number, reader in enumerate(list(self._readers), start=1):
                reader.deliver()
                if number % FAN_OUT_BATCH == 0:
                    await asyncio.sleep(0)
            if received_at is not None:
                DELIVERY.observe(time.perf_counter() - received_at)
            if (took := time.perf_counter() - began) < SHORT_PASS:
                await asyncio.sleep(took / 4)
