"""Writes to one socket in order, and bounds what waits for a slow reader.

At most the kernel's send buffer and the one message that did not fit into it wait: until they are
sent, the buffer is not `writable`. (Over TLS, add Twisted's 64 KiB.) This module depends on sockets
and Twisted's producers (twisted.internet.interfaces), not on WebSockets.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import FileDescriptor

KERNEL_BUFFER = 128 * 1024  # bytes in each direction; Linux doubles it for its own bookkeeping
STALL_TIMEOUT = 30  # seconds without a byte being sent


class WriteBuffer:
    """Twisted's producer for one transport, and the only writer to it.

    `on_room` is called when nothing waits any longer. While nothing waits, a plain socket is
    written to directly; Twisted gets what did not fit, and what comes after. TLS is left to it.
    """

    def __init__(self, transport: Any, on_room: Callable[[], None]) -> None:
        self.transport = transport
        self.on_room = on_room
        self.closed = False
        self.senders = 0  # how many wait in `send`
        self._turn = asyncio.Lock()  # first come, first served
        self._room: asyncio.Future[None] | None = None
        self._waiting_since = 0.0
        self._waiting: tuple[int, int] | None = None

        self._plain = isinstance(transport, FileDescriptor)
        self._descriptor = transport if self._plain else transport.transport
        handle = self._descriptor.getHandle()
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
        self._to_kernel = handle.send

        transport.unregisterProducer()  # the HTTP channel that this connection began as
        # An earlier response may still wait in Twisted's buffer, so the first write goes there.
        self.writable = not self._plain
        if self._plain:
            # resumeProducing of a pull producer is called whenever the buffer is empty ...
            transport.registerProducer(self, False)
            self.writable = False  # ... and once at the start, which means nothing
        else:
            transport.registerProducer(self, True)

    @property
    def ready(self) -> bool:
        """Whether `write` would neither wait nor overtake a task that waits in `send`."""
        return self.writable and not self.senders and not self.closed

    def write(self, data: bytes) -> None:
        """Never waits: for control frames, and for messages while it is `ready`."""
        if self._plain and self.writable:
            try:
                sent = self._to_kernel(data)
            except OSError:  # full, or broken: then Twisted's own attempt ends the connection
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        if self._plain:
            self.writable = False
        self.transport.write(data)

    async def send(self, data: bytes) -> None:
        """Write `data` once there is room, in the order of the calls; a no-op after `close`."""
        if self.ready:
            self.write(data)
            return
        self.senders += 1
        try:
            async with self._turn:
                while not self.writable and not self.closed:
                    self._room = asyncio.get_running_loop().create_future()
                    await self._room
                if not self.closed:
                    self.write(data)
        finally:
            self.senders -= 1

    def close(self) -> None:
        """Stop `send`, also where a task waits in it. What was written before is still sent."""
        self.closed = True
        self._wake()

    def has_stalled(self) -> bool:
        """Whether data waits and none of it was sent for STALL_TIMEOUT. Must be polled."""
        if self.writable:
            return False
        now = time.monotonic()
        waiting = (len(self._descriptor.dataBuffer), self._descriptor.offset)
        if waiting != self._waiting:
            self._waiting, self._waiting_since = waiting, now
        return now - self._waiting_since > STALL_TIMEOUT

    # What Twisted calls

    def pauseProducing(self) -> None:
        self.writable = False

    def resumeProducing(self) -> None:
        self.writable = True
        self._waiting = None
        self._wake()
        self.on_room()

    def stopProducing(self) -> None:
        self.close()

    def _wake(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
