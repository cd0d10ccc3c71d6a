"""The little of the NATS client protocol that a chat needs, over WebSocket.

https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

from __future__ import annotations

from picows import WSFrame, WSMsgType, WSTransport

from bench.load.body import LENGTH, body_of
from bench.load.faults import Faults
from bench.load.plain import PlainPerson, PlainRoom

HELLO = b'CONNECT {"verbose":false,"pedantic":false,"echo":true}\r\nSUB chat 1\r\nPING\r\n'
PUBLISH = b"PUB chat %d\r\n%%b\r\n" % LENGTH
MESSAGE = b"MSG chat 1 %d\r\n" % LENGTH
STRIDE = len(MESSAGE) + LENGTH + 2


class NatsPerson(PlainPerson):
    """A subscriber to the subject `chat` that also publishes to it."""

    def __init__(self, who: int, room: PlainRoom, faults: Faults) -> None:
        super().__init__(who, room, faults)
        self.rest = b""  # the beginning of what has not wholly come

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.send(WSMsgType.BINARY, HELLO)

    def send(self, number: int) -> None:
        self.room.said[self.who] = number
        assert self.transport is not None
        self.transport.send(WSMsgType.BINARY, PUBLISH % body_of(self.who, number).encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.BINARY:
            return
        data = self.rest + frame.get_payload_as_bytes()
        start, end = 0, len(data)
        meanings = self.room.meaning
        while start < end:
            if data.startswith(MESSAGE, start):
                if start + STRIDE > end:
                    break
                body = data[start + len(MESSAGE) : start + len(MESSAGE) + LENGTH]
                self.take(*(meanings.get(body) or self.room.understand(body, body)))
                start += STRIDE
            else:
                line_end = data.find(b"\r\n", start)
                if line_end < 0:
                    break
                self.on_line(data[start:line_end])
                start = line_end + 2
        self.rest = data[start:]

    def on_line(self, line: bytes) -> None:
        if line == b"PING" and self.transport is not None:
            self.transport.send(WSMsgType.BINARY, b"PONG\r\n")
        elif line == b"PONG":
            self.arrived()
        elif not line.startswith(b"INFO "):
            self.faults.add(f"NATS says {line[:80]!r}")
