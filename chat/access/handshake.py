"""What the handshake of a socket asks for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from django.http import parse_cookie

from chat.access.guests import Guest, guest_or_new
from chat.access.origin import header_values
from chat.protocol import frames

Scope = dict[str, Any]


def guest_of(scope: Scope) -> Guest:
    """The guest of a browser's cookie; a new one for a client that sends no Origin."""
    cookies: dict[str, Any] = {}
    if header_values(scope["headers"], b"origin"):
        for header in header_values(scope["headers"], b"cookie"):
            cookies |= parse_cookie(header)
    return guest_or_new(cookies)[0]


def cursor_of(scope: Scope) -> tuple[str, int] | None:
    """The (epoch, seq) that the client wants to resume from; -1 for a seq that is no number."""
    query = parse_qs(scope.get("query_string", b"").decode("latin1"))
    if not query.keys() & {"epoch", "since"}:
        return None
    epoch, since = query.get("epoch", [""])[0], query.get("since", [""])[0]
    seq = frames.parse_seq(since)
    return epoch, -1 if seq is None else seq
