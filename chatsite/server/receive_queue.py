"""Events that a connection has received and its application has not yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]  # an ASGI event

MAX_MESSAGES = 32
MAX_BYTES = 256 * 1024


class ReceiveQueue:
    """A queue that accepts every event, but reports when it is full.

    Its connection then stops reading, and `on_room` is called once half of the queue is free. `get`
    is the application's `receive`; several tasks may wait in it, and no event is lost. (An
    asyncio.Queue could do this, but takes 3 KiB for each of thousands of connections.)
    """

    __slots__ = ("bytes", "events", "filled", "on_room", "waiters")

    def __init__(self, on_room: Callable[[], None]) -> None:
        self.on_room = on_room
        self.events: list[Event] = []
        self.waiters: list[asyncio.Future[None]] = []
        self.filled = False
        self.bytes = 0

    def is_full(self) -> bool:
        if len(self.events) >= MAX_MESSAGES or self.bytes >= MAX_BYTES:
            self.filled = True
        return self.filled

    def put_nowait(self, event: Event) -> None:
        self.events.append(event)
        self.bytes += payload_length(event)
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def get(self) -> Event:
        while not self.events:
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            try:
                await waiter
            finally:
                self.waiters.remove(waiter)
        event = self.events.pop(0)
        self.bytes -= payload_length(event)
        if self.filled and len(self.events) <= MAX_MESSAGES // 2 and self.bytes <= MAX_BYTES // 2:
            self.filled = False
            self.on_room()
        return event


def payload_length(event: Event) -> int:
    return len(event.get("text") or event.get("bytes") or b"")
