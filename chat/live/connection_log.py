"""One log line for each connection when it ends: who, which room, how long, and why it ended.

It contains no message, cookie or token.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from chat.live.subscription import Subscription
from chat.metrics import CLOSES, connections
from chat.protocol.errors import CloseCode

logger = logging.getLogger(__name__)

AUTHOR_PREFIX = 8  # characters of an author_id: enough to find a person's lines
# Codes that clients send (RFC 6455, 7.4.1), and ours.
REASONS = {1000: "left", 1001: "left", 1005: "left", 1006: "lost", 1011: "failed"}
REASONS |= {int(code): code.name.lower() for code in CloseCode}


class ConnectionRecord:
    """What is known about a connection so far."""

    __slots__ = (
        "_address",
        "_author",
        "_began",
        "_code",
        "_protocol",
        "_room",
        "_start",
        "_subscription",
    )

    def __init__(self, address: str | None, protocol: str) -> None:
        self._address = address or "unix"
        self._author = self._room = ""
        self._began = time.monotonic()
        self._code: int | None = None
        self._protocol = protocol
        self._start = 0  # the cursor at the start
        self._subscription: Subscription | None = None

    def entered(self, room: str, author_id: str) -> None:
        """The client is in the room."""
        self._room, self._author = room, author_id[:AUTHOR_PREFIX]
        connections(self._protocol).inc()

    def reads(self, subscription: Subscription) -> None:
        """The client is sent what `subscription` has for it."""
        self._subscription, self._start = subscription, subscription.cursor

    def closed(self, code: int | None) -> None:
        """The connection ends with `code`. The first call counts: the peer answers a close frame
        with its code."""
        if self._code is None:
            self._code = 1005 if code is None else int(code)

    def write(self, frames_in: int) -> None:
        """Log the line; call it once, at the end. The number of changes sent is how far the cursor
        has moved: counting frames would slow down the busiest path."""
        code = 1006 if self._code is None else self._code
        CLOSES.labels(str(code) if code in REASONS else "other").inc()
        if self._room:
            connections(self._protocol).dec()
        changes_out = self._subscription.cursor - self._start if self._subscription else 0
        fields: dict[str, Any] = {
            "room": self._room,
            "code": code,
            "reason": REASONS.get(code, "left"),
            "seconds": round(time.monotonic() - self._began, 3),
            "frames_in": frames_in,
            "changes_out": changes_out,
            "protocol": self._protocol,
            "speaks": self._protocol,  # its former name, for one release
            "author": self._author,
            "address": self._address,
        }
        logger.info("Connection ended", extra=fields)
