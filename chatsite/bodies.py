"""A request whose body is longer than any of ours is refused by its announced length alone.

`manage.py serve` refuses it before a byte of it is kept, also when it comes in chunks; other
servers may have spooled it to disk by now.
"""

from __future__ import annotations

from typing import Any

from chatsite.proxies import Application, Scope

REFUSAL = b"The request is too large."


class BoundedBodies:
    """`application`, for requests of at most `limit` bytes."""

    def __init__(self, application: Application, limit: int) -> None:
        self._application = application
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if _length(scope) <= self._limit:
            await self._application(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSAL})


def _length(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)
