"""One HTTP request: Daphne's, with a bounded body that is never written to disk.

Twisted writes every body that is long, or of unknown length, to a file before anyone can refuse it.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest
from twisted.web.http import NO_BODY_CODES

from chatsite.server.channel import http_date


class Request(WebRequest):
    """Its `channel` is a Channel, which refuses a body whose Content-Length is too long."""

    def __init__(self, *args: Any) -> None:
        # Nothing uses Twisted's form parser, and hostile forms make it raise.
        super().__init__(*args, parsePOSTFormSubmission=False)

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        if self.content.tell() + len(data) > self.server.max_body:
            self.channel.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not self.channel.refused:
            super().handleContentChunk(data)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Write what the application sends. For a response without a body, Daphne would write all
        chunks of the body but the first, and they would look like the next response."""
        kind = message.get("type")
        if kind == "http.response.body" and (self.method == b"HEAD" or self.code in NO_BODY_CODES):
            message = {**message, "body": b""}
        super().handle_reply(message)
        if kind == "http.response.start" and not self.responseHeaders.hasHeader(b"Date"):
            self.responseHeaders.setRawHeaders(b"Date", [http_date()])

    def process(self) -> Any:
        ending = super().process()
        if self.transport is None:  # it became a WebSocket: Twisted's channel must drop it too
            self.channel.requests.remove(self)
            self.server.admission.leave(self.channel)
        return ending
