"""One HTTP connection: Twisted's, with a deadline for a whole request, and responses to bad ones.

Names in camel case, and those with an underscore, are Twisted's.
"""

from __future__ import annotations

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

# Seconds for a request, head and body, from its first byte on. More than the proxies in deploy/
# allow, or to a proxy a slow client would look like a failure of this server.
REQUEST_TIMEOUT = 40
IDLE_TIMEOUT = 60  # seconds for the client to read a response and begin another request
LINGER = 5  # seconds for a refused client to read the response and close
MAX_IGNORED = 1024 * 1024  # bytes that it may send meanwhile

# A header must not contain control characters (RFC 9110, 5.5), and these headers are ASCII.
CONTROL = bytes({*range(0x20), 0x7F} - {0x09})
ASCII_ONLY = (b"content-type", b"daphne-root-path", b"host", b"sec-websocket-protocol")


class Channel(HTTPChannel):
    """Its `factory.server` is the Launcher."""

    transport: Any
    _path: Any
    arriving = False  # a request has been received in part
    refused = False
    ignored = 0  # bytes received after the refusal

    # Deadlines

    def connectionMade(self) -> None:
        self.timeOut = REQUEST_TIMEOUT
        super().connectionMade()
        self.factory.server.admission.enter(self)

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            self.ignored += len(data)
            if self.ignored > MAX_IGNORED:
                self.forceAbortClient()
            return
        if not self.arriving and not self._handlingRequest:
            self.arriving = True
            self.setTimeout(REQUEST_TIMEOUT)
        LineReceiver.dataReceived(self, data)  # Twisted's restarts the timeout each time

    def allContentReceived(self) -> None:
        if not self.refused:
            self.arriving = False
            self.factory.server.admission.work(self)
            super().allContentReceived()

    def requestDone(self, request: Any) -> None:
        self._savedTimeOut = IDLE_TIMEOUT
        self.factory.server.admission.wait(self)
        super().requestDone(request)
        if not self.persistent:
            self.setTimeout(IDLE_TIMEOUT)

    def timeoutConnection(self) -> None:
        if self.arriving and not self.refused:
            self.transport.write(refusal(HTTPStatus.REQUEST_TIMEOUT))
        super().timeoutConnection()

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        self.factory.server.admission.leave(self)
        super().connectionLost(reason)

    def end_now(self) -> None:
        """Close the socket before this returns. Twisted would first accept all pending connections,
        and run out of descriptors. Do not call it within `connectionMade`."""
        plain = isinstance(self.transport, FileDescriptor)
        descriptor = self.transport if plain else self.transport.transport
        descriptor.connectionLost(Failure(ConnectionAborted()))

    # Refusals

    def refuse(self, status: HTTPStatus) -> None:
        """Respond, then ignore what is still received: closing with bytes unread would reset the
        connection, and the client might never see the response (RFC 9112, 9.6)."""
        if not self.refused:
            self.refused = True
            self.clearLineBuffer()
            self.transport.write(refusal(status))
            if isinstance(self.transport, FileDescriptor):  # not over TLS
                self.transport.loseWriteConnection()
            self.setTimeout(LINGER)

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(HTTPStatus.BAD_REQUEST)

    def lineReceived(self, line: bytes) -> None:
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self.lineLengthExceeded(line)
        else:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:
        if self._receivedHeaderSize:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def headerReceived(self, line: bytes) -> bool:
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        return bool(super().headerReceived(line))

    def allHeadersReceived(self) -> None:
        headers = self.requests[-1].requestHeaders
        self.take_host_of_target(headers)
        hosts = len(headers.getRawHeaders(b"Host", []))
        has_one = hosts == 1 or (not hosts and self._version != b"HTTP/1.1")  # RFC 9112, 3.2
        if not has_one or not all(is_clean(*header) for header in each_of(headers)):
            self.refuse(HTTPStatus.BAD_REQUEST)
        elif self.length is not None and self.length > self.factory.server.max_body:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super().allHeadersReceived()

    def take_host_of_target(self, headers: Any) -> None:
        """A request target may be a URL, whose host then takes precedence (RFC 9112, 3.2.2)."""
        scheme, separator, rest = self._path.partition(b"://")
        if separator and scheme.lower() in (b"http", b"https"):
            host, slash, path = rest.partition(b"/")
            self._path = slash + path or b"/"
            headers.setRawHeaders(b"Host", [host])

    def checkPersistence(self, request: Any, version: bytes) -> bool:
        options = b",".join(request.requestHeaders.getRawHeaders(b"Connection", []))
        closing = b"close" in [option.strip().lower() for option in options.split(b",")]
        if version == b"HTTP/1.1" and not closing:
            return True
        request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        return False


def each_of(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.getAllRawHeaders() for value in values]


def is_clean(name: bytes, value: bytes) -> bool:
    if name.lower() in ASCII_ONLY and not value.isascii():
        return False
    return len(value) == len(value.translate(None, CONTROL))


def refusal(status: HTTPStatus) -> bytes:
    body = f"{status.phrase}\n".encode()
    return (
        b"HTTP/1.1 %d %b\r\nDate: %b\r\nConnection: close\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n%b"
    ) % (status.value, status.phrase.encode(), http_date(), len(body), body)


def http_date() -> bytes:
    """The current time in the format of the Date header."""
    return _date_of(int(time.time()))


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
