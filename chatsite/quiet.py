"""A socket that the server does not ping, for who can sign with its SECRET_KEY and nobody else.

Without pings a dead peer goes unnoticed, so this is not for everybody to ask.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from django.core import signing

from chatsite.proxies import Application, Scope
from chatsite.server.connection import STOP_PINGS

PARAMETER = "quiet"  # of the handshake's query
SALT = "chatsite.quiet"
VALID = 300  # seconds


def permission() -> str:
    """The value of PARAMETER, for the next VALID seconds."""
    return signing.dumps("quiet", salt=SALT)


class Quiet:
    """`application`, with the pings of a connection stopped where it may ask for that."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        stop = scope.get("extensions", {}).get(STOP_PINGS)
        if stop is not None and _is_permitted(scope.get("query_string", b"")):
            stop()
        await self._application(scope, receive, send)


def _is_permitted(query: bytes) -> bool:
    if f"{PARAMETER}=".encode() not in query:
        return False
    (token, *_) = parse_qs(query.decode("latin1")).get(PARAMETER, [""])
    try:
        return bool(signing.loads(token, salt=SALT, max_age=VALID) == "quiet")
    except signing.BadSignature:
        return False
