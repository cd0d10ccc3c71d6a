"""One WebSocket: Daphne's protocol with bounds each way, and all of RFC 6455's close codes."""

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
MAX_SENT = 1024 * 1024  # bytes of a message; Autobahn's limit is for what is received
TOO_SLOW = 4408  # come back: the reader took nothing for STALL_TIMEOUT


class Connection(Incoming):
    """Autobahn's protocol below, an ASGI application above (`send`, and `inbox.get`).

    Nothing is sent after a close frame, and what waits for the peer is bounded by the Outbox.
    """

    @classmethod
    def configured_by(cls, factory: Any) -> type[Connection]:
        """A class that holds the factory's options.

        Autobahn copies them into each connection otherwise, and formats all of them for a log that
        is off: half of what a new connection costs.
        """
        options = {name: getattr(factory, name) for name in cls.CONFIG_ATTRS}
        accept = staticmethod(options["perMessageCompressionAccept"])
        options |= {"perMessageCompressionAccept": accept, "CONFIG_ATTRS": []}
        return type(cls.__name__, (cls,), options)

    # For the application

    @property
    def extension(self) -> dict[str, Any]:
        """The value of scope["extensions"]["websocket.send_text"].

        prepare(text: str) -> PreparedText: a frame made once, for any connection of this process.
        send_text(prepared: PreparedText) -> bool: True when written; False when it would have to
        wait: then `await send` with `prepared.text`.
        """
        return {"prepare": prepare, "send_text": self.send_text}

    def send_text(self, prepared: PreparedText) -> bool:
        """Write it, unless that would wait or overtake: then, or when closed, return False."""
        outbox = self.outbox
        if not outbox.writable or outbox.senders or self.state != self.STATE_OPEN:
            return False
        outbox.write(prepared.frame)
        return True

    async def send(self, message: Event) -> None:
        """The application's `send`: waits for a slow reader, and is in vain once it is closed.

        Raises ValueError for what ASGI or RFC 6455 does not allow; never repeats the message.
        """
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            await asyncio.sleep(0)  # or who sends for ever, and never receives, stops the server
        elif message["type"] == "websocket.send":
            await self.outbox.send(self.data_frame(message.get("text"), message.get("bytes")))
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

    stalled = False

    # For the server

    def end(self, code: int, reason: str, *, status: HTTPStatus) -> None:
        """Close for a reason of the server's own; during the handshake, answer that instead."""
        if self.state == self.STATE_CONNECTING:
            self.handshake_deferred.errback(denied(status))
            self.server.protocol_disconnected(self)
        else:
            self.sendCloseFrame(code, reason.encode())

    def onConnect(self, request: Any) -> Any:
        if self.factory.server_class.draining:
            raise denied(HTTPStatus.SERVICE_UNAVAILABLE)
        if not all(subprotocol.isascii() for subprotocol in request.protocols):
            # Daphne would register the connection, then raise and log UnicodeDecodeError, and
            # never forget the connection.
            raise denied(HTTPStatus.BAD_REQUEST)
        # Compression is not offered. Autobahn would refuse the handshake for an invalid offer of
        # it, which is to be declined like a valid one (RFC 7692, section 7).
        self.websocket_extensions: list[Any] = []
        return super().onConnect(request)

    def serverClose(self, code: int | None = None) -> None:
        if self.state == self.STATE_OPEN:
            self.close(1000 if code is None else code)

    def sendCloseFrame(
        self, code: int | None = None, reasonUtf8: bytes | None = None, isReply: bool = False
    ) -> None:
        super().sendCloseFrame(code, reasonUtf8, isReply)
        self.outbox.close()
        self.read_on_soon()  # the reply lies behind what nobody will receive

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        # All that Autobahn sends. Its own colours names for a log that is off, a tenth of the
        # cost of a broadcast, and queues writes of a kind that does not occur here.
        self.outbox.write(data)

    def check_timeouts(self) -> None:
        """Called every 2 s."""
        if not self.outbox.has_stalled():
            super().check_timeouts()
        elif self.state == self.STATE_OPEN:
            self.stalled = True
            self.close(TOO_SLOW, "too slow")  # mostly in vain; then Autobahn aborts it
        else:
            self.transport.abortConnection()

    def onAutoPingTimeout(self) -> None:
        """A missing pong says nothing while we do not read, or our ping may wait behind data."""
        if self.reading and self.outbox.writable:
            super().onAutoPingTimeout()

    def dropConnection(self, abort: bool = False) -> None:
        # After an orderly handshake Autobahn would still reset the connection.
        super().dropConnection(abort and not self.wasClean)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.outbox.close()
        if self.stalled:
            code = TOO_SLOW  # its peer seldom echoes it, and the application should know
        if self.inbox is not None:
            super().onClose(wasClean, 1005 if code is None else code, reason)


def denied(status: HTTPStatus) -> ConnectionDeny:
    """What refuses a handshake with `status`."""
    return ConnectionDeny(status.value, status.phrase)
