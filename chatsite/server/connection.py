"""One WebSocket: Daphne's protocol, bounded both ways, with all close codes of RFC 6455."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from autobahn.util import encode_truncate
from autobahn.websocket.types import ConnectionDeny

from chatsite.server.frame import BINARY, TEXT, PreparedText, frame_of, prepare
from chatsite.server.incoming import Incoming
from chatsite.server.receive_queue import Event

EXTENSION = "websocket.send_text"
CODES_ON_THE_WIRE = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
MAX_SENT = 1024 * 1024  # bytes of a message; Autobahn's own limit is for what is received
TOO_SLOW = 4408  # reconnect: the client read nothing for STALL_TIMEOUT


class Connection(Incoming):
    """Connects Autobahn's protocol to an ASGI application (`send`, and `received.get`).

    Nothing is sent after a close frame, and the WriteBuffer bounds what waits for the peer.
    """

    @classmethod
    def configured_by(cls, factory: Any) -> type[Connection]:
        """A subclass with the factory's options as class attributes.

        Autobahn would copy them into each connection, and format all of them for a log that is
        off: half the cost of a new connection.
        """
        options = {name: getattr(factory, name) for name in cls.CONFIG_ATTRS}
        accept = staticmethod(options["perMessageCompressionAccept"])
        options |= {"perMessageCompressionAccept": accept, "CONFIG_ATTRS": []}
        return type(cls.__name__, (cls,), options)

    stalled = False  # closed with TOO_SLOW

    # For the application

    @property
    def extension(self) -> dict[str, Any]:
        """The value of scope["extensions"]["websocket.send_text"].

        prepare(text: str) -> PreparedText: a frame for any connection of this process.
        send_text(prepared: PreparedText) -> bool: True if it was written; False if it would have to
        wait: then `await send` with `prepared.text`.
        """
        return {"prepare": prepare, "send_text": self.send_text}

    def send_text(self, prepared: PreparedText) -> bool:
        """Write it; return False if it would have to wait, or the connection is closed."""
        if self.state != self.STATE_OPEN or not self.write_buffer.ready:
            return False
        self.write_buffer.write(prepared.frame)
        return True

    async def send(self, message: Event) -> None:
        """The application's `send`: blocks while the client reads slowly; a no-op after close.

        Raises ValueError for what ASGI or RFC 6455 does not allow; its text never has the message.
        """
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            await asyncio.sleep(0)  # an application that only sends would block the event loop
        elif message["type"] == "websocket.send":
            await self.write_buffer.send(self.data_frame(message.get("text"), message.get("bytes")))
        elif message["type"] == "websocket.close" and self.state == self.STATE_CONNECTING:
            self.serverReject()
        elif message["type"] == "websocket.close":
            code = message.get("code")
            self.close(1000 if code is None else code, message.get("reason") or "")
        elif message["type"] == "websocket.accept":
            self.accept(message.get("subprotocol"))
        else:
            raise ValueError(f"a WebSocket cannot send {message['type']!r}")

    def data_frame(self, text: str | None, data: bytes | None) -> bytes:
        if self.state == self.STATE_CONNECTING:
            raise ValueError("accept the WebSocket before sending over it")
        if text is not None and data is None:
            opcode, payload = TEXT, text.encode()
        elif data is not None and text is None:
            opcode, payload = BINARY, data
        else:
            raise ValueError("websocket.send needs either text or bytes")
        if len(payload) > MAX_SENT:
            raise ValueError(f"a message of {len(payload)} bytes is over the limit")
        return frame_of(opcode, payload)

    def accept(self, subprotocol: str | None) -> None:
        if self.state != self.STATE_CONNECTING:
            raise ValueError("the WebSocket was accepted before")
        if subprotocol is not None and subprotocol not in self.websocket_protocols:
            raise ValueError(f"the client did not offer the subprotocol {subprotocol!r}")
        self.serverAccept(subprotocol)

    def close(self, code: int, reason: str = "") -> None:
        """Start the closing handshake. Autobahn's sendClose allows 1000 and 3000-4999 only."""
        if code not in CODES_ON_THE_WIRE:
            raise ValueError(f"{code} cannot travel in a close frame (RFC 6455, 7.4)")
        self.sendCloseFrame(code, encode_truncate(reason, 123))

    # For the server

    def end(self, code: int, reason: str, *, status: HTTPStatus) -> None:
        """Close from the server's side; during the handshake, respond with `status` instead."""
        if self.state == self.STATE_CONNECTING:
            self.handshake_deferred.errback(denied(status))
            self.server.protocol_disconnected(self)
        else:
            self.sendCloseFrame(code, reason.encode())

    def onConnect(self, request: Any) -> Any:
        if self.factory.server_class.draining:
            raise denied(HTTPStatus.SERVICE_UNAVAILABLE)
        if not all(subprotocol.isascii() for subprotocol in request.protocols):
            # Daphne would register the connection, then raise UnicodeDecodeError, and never remove
            # the connection.
            raise denied(HTTPStatus.BAD_REQUEST)
        # Compression is not supported. Autobahn would refuse the handshake for an invalid offer of
        # it, which has to be declined like a valid one (RFC 7692, section 7).
        self.websocket_extensions: list[Any] = []
        return super().onConnect(request)

    def serverClose(self, code: int | None = None) -> None:
        if self.state == self.STATE_OPEN:
            self.close(1000 if code is None else code)

    def sendCloseFrame(
        self, code: int | None = None, reasonUtf8: bytes | None = None, isReply: bool = False
    ) -> None:
        super().sendCloseFrame(code, reasonUtf8, isReply)
        self.write_buffer.close()
        self.read_on_soon()  # the reply is behind data that nobody will receive

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        # Autobahn sends through this. Its own version formats a log line although the log is off,
        # a tenth of the cost of a broadcast, and has a queue that is not needed here.
        self.write_buffer.write(data)

    def check_timeouts(self) -> None:
        """Called every 2 s."""
        if not self.write_buffer.has_stalled():
            super().check_timeouts()
        elif self.state == self.STATE_OPEN:
            self.stalled = True
            self.close(TOO_SLOW, "too slow")  # seldom arrives; then Autobahn aborts the connection
        else:
            self.transport.abortConnection()

    def onAutoPingTimeout(self) -> None:
        """A missing pong means nothing while reading is paused or the ping may wait behind data."""
        if self.reading and self.write_buffer.writable:
            super().onAutoPingTimeout()

    def dropConnection(self, abort: bool = False) -> None:
        # After a clean closing handshake Autobahn would still reset the connection.
        super().dropConnection(abort and not self.wasClean)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.write_buffer.close()
        if self.stalled:
            code = TOO_SLOW  # the peer seldom echoes it, and the application should know
        if self.received is not None:
            super().onClose(wasClean, 1005 if code is None else code, reason)


def denied(status: HTTPStatus) -> ConnectionDeny:
    """The exception that refuses a handshake with `status`."""
    return ConnectionDeny(status.value, status.phrase)
