"""The way out of one socket: everything leaves in the order it was written, and little waits.

What waits for a reader is at most the kernel's send buffer and the message that did not fit into
it: in between, this is not `writable`. (Over TLS, Twisted's 64 KiB come on top.) It knows sockets
and Twisted's producers (twisted.internet.interfaces), not WebSockets.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import FileDescriptor

KERNEL_BUFFER = 128 * 1024  # bytes each way; Linux doubles it for its own book-keeping
STALL_TIMEOUT = 30  # seconds without a byte leaving


class Outbox:
    """Twisted's producer for one transport, and the only one who writes to it.

    `on_room` is called when nothing waits any more. A plain socket is written to directly while
    nothing waits; Twisted gets what did not fit, and what comes after that. TLS is left to Twisted.
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
            # A pull producer is told each time that the buffer has run empty ...
            transport.registerProducer(self, False)
            self.writable = False  # ... and once at the start, which means nothing
        else:
            transport.registerProducer(self, True)

    @property
    def ready(self) -> bool:
        """May be written to at once, overtaking nobody who waits in `send`."""
        return self.writable and not self.senders and not self.closed

    def write(self, data: bytes) -> None:
        """Never waits: for control frames, and for who has seen that it is `ready`."""
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
        """Write `data` once there is room, in the order of the calls; in silence not, if closed."""
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
        """Nobody may write any more; who waits in `send` returns. What was written still leaves."""
        self.closed = True
        self._wake()

    def has_stalled(self) -> bool:
        """Whether something waits and no byte of it has left for STALL_TIMEOUT; ask regularly."""
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
