"""A text that goes to many connections.

Where the server offers the `websocket.send_text` extension (chatsite/server/), its frame is made
once and written without a task switch per connection; elsewhere it goes the ASGI way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class SharedText:
    """One WebSocket message, made once for all who get it."""

    __slots__ = ("_prepared", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._prepared: Any = None

    def prepared(self, prepare: Callable[[str], Any]) -> Any:
        """The server's own form of it, made when first asked for."""
        if self._prepared is None:
            self._prepared = prepare(self.text)
        return self._prepared


class FastWriter:
    """One connection's way past the event loop."""

    __slots__ = ("_prepare", "_send_text")

    def __init__(self, extension: dict[str, Callable[..., Any]]) -> None:
        self._prepare = extension["prepare"]
        self._send_text = extension["send_text"]

    def write(self, text: SharedText) -> bool:
        """Write at once and in order, or return False: the connection has to wait its turn."""
        return bool(self._send_text(text.prepared(self._prepare)))


def writer_of(scope: dict[str, Any]) -> FastWriter | None:
    """The connection's FastWriter, where its server has the extension."""
    extension = scope.get("extensions", {}).get("websocket.send_text")
    return FastWriter(extension) if extension else None
