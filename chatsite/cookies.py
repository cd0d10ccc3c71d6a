"""Drops cookies with a backslash before anything parses them.

Python before 3.11.10 and 3.12.6 takes quadratic time to unquote them (CVE-2024-7592), WebSocket
handshakes parse cookies on the event loop, and none of our cookies has a backslash.
"""

from __future__ import annotations

from typing import Any

from chatsite.proxies import Application, Scope


class SafeCookies:
    """Calls `application` with the remaining cookies of each request and handshake."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        headers = scope.get("headers", [])
        if any(name == b"cookie" and b"\\" in value for name, value in headers):
            safe = [
                (name, _without_backslashes(value) if name == b"cookie" else value)
                for name, value in headers
            ]
            scope = {**scope, "headers": safe}
        await self._application(scope, receive, send)


def _without_backslashes(header: bytes) -> bytes:
    # Parsers split at each semicolon, even within quotes.
    return b";".join(cookie for cookie in header.split(b";") if b"\\" not in cookie)
