"""One line for each connection, when it ends: who, where, how long, and why it ended.

Nothing that was said is in it, and nobody's cookie or token.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from chat.live.subscription import Subscription
from chat.metrics import CLOSES, CONNECTIONS
from chat.protocol.errors import CloseCode

logger = logging.getLogger(__name__)

MARK = 8  # characters of an author_id: enough to find a person's lines, too few to be them
# Codes of the other side (RFC 6455, 7.4.1), and ours.
REASONS = {1000: "left", 1001: "left", 1005: "left", 1006: "lost", 1011: "failed"}
REASONS |= {int(code): code.name.lower() for code in CloseCode}


class ConnectionRecord:
    """What is known of a connection so far."""

    __slots__ = ("_address", "_author", "_began", "_code", "_room", "_speaks", "_start", "_where")

    def __init__(self, address: str | None, speaks: str) -> None:
        self._address = address or "unix"
        self._author = self._room = ""
        self._began = time.monotonic()
        self._code: int | None = None
        self._speaks = speaks
        self._start = 0  # changes that the reader had before
        self._where: Subscription | None = None

    def entered(self, room: str, author_id: str) -> None:
        self._room, self._author = room, author_id[:MARK]
        CONNECTIONS.labels(self._speaks).inc()

    def follows(self, subscription: Subscription) -> None:
        self._where, self._start = subscription, subscription.cursor

    def closed(self, code: int | None) -> None:
        """The connection ends with `code`; the first one counts, the rest is its echo."""
        if self._code is None:
            self._code = 1005 if code is None else int(code)

    def write(self, frames_in: int) -> None:
        """Once, at the end. The changes sent follow from the cursor: counting frames would cost
        the busiest path of all."""
        code = 1006 if self._code is None else self._code
        CLOSES.labels(str(code) if code in REASONS else "other").inc()
        if self._room:
            CONNECTIONS.labels(self._speaks).dec()
        fields: dict[str, Any] = {
            "room": self._room,
            "code": code,
            "reason": REASONS.get(code, "left"),
            "seconds": round(time.monotonic() - self._began, 3),
            "frames_in": frames_in,
            "changes_out": self._where.cursor - self._start if self._where else 0,
            "speaks": self._speaks,
            "author": self._author,
            "address": self._address,
        }
        logger.info("Connection ended", extra=fields)
