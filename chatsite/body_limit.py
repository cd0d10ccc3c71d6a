"""Refuses requests that Django should not see: a body that is too long, or not UTF-8.

`manage.py serve` refuses a long body before it stores any of it, even if it comes in chunks; other
servers may have written it to disk by now.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.http import parse_header_parameters

from chatsite.proxies import Application, Scope


class PlainBodies:
    """Passes on to `application` what has at most `limit` bytes and is UTF-8."""

    def __init__(self, application: Application, limit: int) -> None:
        self._application = application
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if _length(scope) > self._limit:
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too large.")
        elif not _is_utf_8(scope):
            await _refuse(send, HTTPStatus.BAD_REQUEST, "The request's charset is not UTF-8.")
        else:
            await self._application(scope, receive, send)


async def _refuse(send: Any, status: HTTPStatus, text: str) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def _values(scope: Scope, header: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == header]


def _length(scope: Scope) -> int:
    lengths = _values(scope, b"content-length")
    return max((int(value) for value in lengths if value.isdigit()), default=0)


def _is_utf_8(scope: Scope) -> bool:
    """Django would decode a form with any codec that Python has. Some are not character sets, and
    fail with a traceback longer than the request.

    No charset may be looked up, here or by Django: `encodings` caches every name that it is asked
    for, even an unknown one, for good. A name can also come in an encoded parameter of these two
    headers (`a*=charset'language'value`, RFC 2231).
    """
    try:
        content_type = b",".join(_values(scope, b"content-type")).decode("ascii")
    except UnicodeDecodeError:
        return False
    accepted = b",".join(_values(scope, b"accept")).decode("latin1").split(",")
    if any("*" in value.partition(";")[2] for value in (content_type, *accepted)):
        return False
    _, parameters = parse_header_parameters(content_type)
    return parameters.get("charset", "").lower() in ("", "utf-8", "utf8")
