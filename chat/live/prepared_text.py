"""A text that is sent to many connections.

With the server's `websocket.send_text` extension (chatsite/server/), its WebSocket frame is built
once and written without a task switch for each connection; other servers get it by ASGI's `send`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class SharedText:
    """One WebSocket message, encoded once for all connections."""

    __slots__ = ("_prepared", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._prepared: Any = None

    def prepared(self, prepare: Callable[[str], Any]) -> Any:
        """The server's form of it, which `prepare` builds at the first call."""
        if self._prepared is None:
            self._prepared = prepare(self.text)
        return self._prepared


class FastWriter:
    """Writes to one connection without a task switch."""

    __slots__ = ("_prepare", "_send_text")

    def __init__(self, extension: dict[str, Callable[..., Any]]) -> None:
        self._prepare = extension["prepare"]
        self._send_text = extension["send_text"]

    def write(self, text: SharedText) -> bool:
        """Write immediately and in order, or return False if the connection cannot take it now."""
        return bool(self._send_text(text.prepared(self._prepare)))


def writer_of(scope: dict[str, Any]) -> FastWriter | None:
    """The connection's FastWriter, where its server has the extension."""
    extension = scope.get("extensions", {}).get("websocket.send_text")
    return FastWriter(extension) if extension else None
