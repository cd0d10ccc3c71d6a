"""One HTTP request: Daphne's, with a bound on its body, which therefore never meets the disk.

Twisted spools every body that is long, or of unknown length, to a file before anyone may see it.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest

REFUSAL = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 26\r\n\r\nThe request is too large.\n"
)
PATIENCE = 1024 * 1024  # bytes to let pass by after the refusal, so that it can be read


class Request(WebRequest):
    """Refuses more than the server's `max_body` bytes at once, and forgets what comes then."""

    refused = False
    ignored = 0  # bytes since then

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()
        if length is not None and length > self.server.max_body:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:
        if self.refused:
            self.ignored += len(data)
            if self.ignored > PATIENCE:
                self.channel.forceAbortClient()
        elif self.content.tell() + len(data) > self.server.max_body:
            self.refuse()
        else:
            super().handleContentChunk(data)

    def refuse(self) -> None:
        self.refused = True
        self.content = BytesIO()
        self.requestHeaders.removeHeader(b"expect")  # or Twisted would ask for the body
        self.channel.transport.write(REFUSAL)

    def process(self) -> Any:
        if self.refused:
            self.channel.loseConnection()
            return None
        ending = super().process()
        if self.transport is None:  # it became a WebSocket: Twisted's channel lets go of it too
            self.channel.requests.remove(self)
        return ending
