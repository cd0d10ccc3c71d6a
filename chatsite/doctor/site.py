"""The chat as a network client sees it: its address, and requests over HTTP and WebSocket."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

TIMEOUT = 25  # seconds; longer than deploy/Caddyfile waits for a process that answers
MAX_BODY = 4 * 1024 * 1024  # bytes read of an answer
AGENT = "chat-doctor"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str


@dataclass(frozen=True)
class Site:
    """`url` is the address without a slash at its end; `ca` a file of certificates to trust in
    addition to the system's."""

    url: str
    ca: Path | None = None

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (443 if self.secure else 80)

    @property
    def origin(self) -> str:
        """As browsers send it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    def trust(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca) if self.secure else None

    def get(self, path: str) -> Answer:
        """`path` starts at the host, not at `url`. Follows no redirect.

        Raises OSError, HTTPException.
        """
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        options: dict[str, Any] = {"context": self.trust()} if self.secure else {}
        connection = kind(self.host, self.port, timeout=TIMEOUT, **options)
        with closing(connection):
            connection.request("GET", path, headers={"User-Agent": AGENT})
            response = connection.getresponse()
            body = response.read(MAX_BODY).decode(errors="replace")
            return Answer(response.status, response.headers, body)

    @property
    def path(self) -> str:
        """The path of the page."""
        return f"{urlsplit(self.url).path}/"

    @asynccontextmanager
    async def socket(
        self, room: str, *, origin: str | None = None
    ) -> AsyncIterator[ClientConnection]:
        """A WebSocket to a room; it sends no pings. Raises OSError, WebSocketException.

        Not websockets.sync: it reads and writes in two threads at the same time, which Python's
        TLS cannot do before 3.13, and one in a hundred handshakes hangs.
        """
        address = f"{self.url.replace('http', 'ws', 1)}/ws/{room}"
        async with connect(
            address,
            subprotocols=["chat.v1"],  # type: ignore[list-item]
            origin=origin,  # type: ignore[arg-type]
            ssl=self.trust(),
            open_timeout=TIMEOUT,
            close_timeout=1,
            ping_interval=None,
            user_agent_header=AGENT,
            proxy=None,
        ) as socket:
            yield socket
