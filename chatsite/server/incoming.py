"""The receiving half of a connection: bounded, and fair to other connections.

While a peer sends faster than its application receives, nothing is read from it. A flood of frames,
however small, does not delay other connections.
"""

from __future__ import annotations

import asyncio
import time

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from chatsite.server.receive_queue import ReceiveQueue
from chatsite.server.write_buffer import WriteBuffer

FRAMES_A_TURN = 64  # of one connection, before others are read
MAX_IGNORED = 4096  # frames that are searched for the reply to our close frame
MAX_DISCARDED = 4 * 1024 * 1024  # bytes after our close frame before we abort the connection
MAX_PIECES = 1024  # TCP segments of a frame that are kept separately
MAX_FRAGMENTS = 64  # of one message
# Pings, pongs and fragments: per second, and in a burst. The application limits messages.
OVERHEAD = 20.0, 100
POLICY_VIOLATION = 1008
TOO_BIG = 1009


class Incoming(WebSocketProtocol):
    """Puts parsed messages into a ReceiveQueue. Camel case names are Autobahn's and Daphne's."""

    write_buffer: WriteBuffer
    received: ReceiveQueue | None = None  # once there is an application
    reading = True
    frames_left = FRAMES_A_TURN
    owed_pong: bytes | None = None
    discarded = 0  # bytes received after our close frame
    ignored_frames = 0  # frames received after it
    data: bytes  # received, not parsed yet
    frame_data: list[bytes]  # of the frame that is arriving
    refused = False
    fragments = 0  # of the message that is arriving
    overhead_paid_at = 0.0  # when OVERHEAD's rate has caught up with this peer

    def connectionMade(self) -> None:
        super().connectionMade()
        del self.send_queue  # Autobahn's, which the write buffer replaces
        self.write_buffer = WriteBuffer(self.transport, on_room=self.pay_pong)

    def applicationCreateWorked(self, application_queue: ReceiveQueue) -> None:
        self.received = application_queue
        super().applicationCreateWorked(application_queue)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        # Break the reference cycles so that reference counting frees the connection immediately.
        del self.is_closed
        self.write_buffer.on_room = nothing
        if self.received is not None:
            self.received.on_room = nothing

    def onOpen(self) -> None:
        super().onOpen()
        self.read_on_soon()

    def dataReceived(self, data: bytes) -> None:
        # As Autobahn's, which also formats a log line although the log is off.
        if self.state == self.STATE_CLOSED:
            return
        self.data += data
        if self.state == self.STATE_CONNECTING and self.received is not None:
            self.pause()  # the application is deciding; Autobahn would see a second handshake
        elif self.state == self.STATE_CLOSING and self.is_wasting(len(data)):
            self.dropConnection(abort=True)
        elif self.ignored_frames > MAX_IGNORED:
            self.data = b""
        else:
            self.frames_left = FRAMES_A_TURN
            self.consumeData()

    def processData(self) -> bool:
        """One step of Autobahn's loop over received bytes: a frame's header, or its payload."""
        if self.current_frame is None and self.must_pause():
            self.pause()
            return False
        more: bool = super().processData()
        if self.current_frame is None:
            self.frames_left -= 1
            self.ignored_frames += self.state == self.STATE_CLOSING
        return more

    def must_pause(self) -> bool:
        if self.refused:
            return True
        if self.frames_left <= 0:
            self.read_on_soon()
            return True
        return (
            self.state == self.STATE_OPEN and self.received is not None and self.received.is_full()
        )

    def pause(self) -> None:
        self.reading = False
        self.transport.pauseProducing()

    def read_on_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self.read_on)

    def read_on(self) -> None:
        """Continue after a pause with the data left over; this may pause again."""
        if self.reading or self.refused or self.state == self.STATE_CONNECTING:
            return
        self.reading = True
        self.frames_left = FRAMES_A_TURN
        self.consumeData()
        if self.reading:
            self.transport.resumeProducing()

    def is_wasting(self, length: int) -> bool:
        """Whether a peer goes on sending too much after our close frame."""
        self.discarded += length
        return self.discarded > MAX_DISCARDED

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state == self.STATE_OPEN:
            super().onMessage(payload, isBinary)

    def onMessageBegin(self, isBinary: bool) -> None:
        super().onMessageBegin(isBinary)
        self.fragments = 0

    def onMessageFrameData(self, payload: bytes) -> None:
        super().onMessageFrameData(payload)
        if len(self.frame_data) > MAX_PIECES:
            self.frame_data = [b"".join(self.frame_data)]

    def onMessageFrame(self, payload: list[bytes]) -> None:
        super().onMessageFrame([b"".join(payload)])
        if not self.current_frame.fin:
            self.fragments += 1
            if self.fragments > MAX_FRAGMENTS:
                self.refuse(TOO_BIG, "too many fragments")
            self.count_overhead()

    def onPing(self, payload: bytes) -> None:
        """Only the latest ping needs its pong (RFC 6455, 5.5.3), so a flood of them costs one."""
        self.count_overhead()
        if self.write_buffer.writable:
            self.sendPong(payload)
        else:
            self.owed_pong = payload

    def onPong(self, payload: bytes) -> None:
        self.count_overhead()

    def count_overhead(self) -> None:
        """Close a peer that exceeds OVERHEAD (GCRA, as in ITU-T I.371)."""
        rate, burst = OVERHEAD
        now = time.monotonic()
        self.overhead_paid_at = max(self.overhead_paid_at, now) + 1 / rate
        if self.overhead_paid_at - now > burst / rate:
            self.refuse(POLICY_VIOLATION, "too many pings, pongs or fragments")

    def refuse(self, code: int, reason: str) -> None:
        """Close, and read nothing more, not even the reply: a flood then costs nothing, and its
        sender is blocked until CLOSE_TIMEOUT ends the connection."""
        if self.state == self.STATE_OPEN:
            self.refused = True
            self.sendCloseFrame(code, reason.encode())

    def pay_pong(self) -> None:
        if self.owed_pong is not None:
            payload, self.owed_pong = self.owed_pong, None
            self.sendPong(payload)


def nothing() -> None:
    """The callback of a closed connection."""
