"""A user's WebSocket through the proxy: the upgrade, the origin, both directions.

The checks join a room with a random name and post nothing there, so nothing is stored.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from chat.protocol.errors import CloseCode
from chatsite.doctor import lines
from chatsite.doctor.finding import Finding, check, fine, wrong
from chatsite.doctor.site import TIMEOUT, Site

Frame = dict[str, Any]


class Closed(Exception):
    """The server closed a socket with this code, or without one (1006)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@check("upgrade")
async def upgrade_passes(site: Site) -> Finding:
    """Sends no Origin, which the next check is about."""
    try:
        async with site.socket(new_room()) as socket:
            await frame_of("welcome", socket)
    except InvalidStatus as error:
        status = error.response.status_code
        return wrong(
            "upgrade",
            f"A WebSocket handshake is answered with {status} instead of 101: the proxy does not"
            " forward the upgrade.",
            lines.upgrade(site.get(site.path)),
        )
    except Closed as end:
        return wrong(
            "upgrade", f"The chat closed the socket: {meaning(end.code)}", remedy(end.code)
        )
    except (OSError, WebSocketException) as error:
        return wrong(
            "upgrade",
            f"The WebSocket handshake failed: {error!r}.",
            lines.upgrade(site.get(site.path)),
        )
    return fine("upgrade", "101 through the proxy, and the chat sent its welcome")


@check("origin")
async def origin_is_allowed(site: Site) -> Finding:
    try:
        async with site.socket(new_room(), origin=site.origin) as socket:
            await frame_of("welcome", socket)
    except Closed as end:
        if end.code == CloseCode.BAD_ORIGIN:
            return wrong(
                "origin",
                f"The chat refuses its own page at {site.origin} as another site's.",
                lines.host(site, site.get(site.path)),
            )
        return wrong("origin", f"The chat closed the socket: {meaning(end.code)}", remedy(end.code))
    except (OSError, WebSocketException) as error:
        return wrong(
            "origin", f"The handshake with Origin {site.origin} failed: {error!r}.", remedy(0)
        )
    return fine("origin", f"a page of {site.origin} may connect")


@check("both ways")
async def both_ways(site: Site) -> Finding:
    """One command and its reply."""
    try:
        async with site.socket(new_room(), origin=site.origin) as socket:
            await frame_of("welcome", socket)
            began_at = time.monotonic()
            await send(socket, "history.fetch", before=1, limit=1)
            await frame_of("ack", socket)
            took = (time.monotonic() - began_at) * 1000
    except (Closed, OSError, WebSocketException) as error:
        return wrong(
            "both ways",
            f"A command got no reply within {TIMEOUT} s: {error!r}.",
            "journalctl -u 'chat@*' -n 50; /readyz of each process says why",
        )
    return fine("both ways", f"a command was answered in {took:.0f} ms")


def new_room() -> str:
    """The slug of a room that nobody is in."""
    return f"doctor-{uuid4().hex}"


async def send(socket: ClientConnection, kind: str, **fields: object) -> None:
    await socket.send(json.dumps({"type": kind, "id": 1, **fields}))


async def frame_of(kind: str, socket: ClientConnection, seconds: float = TIMEOUT) -> Frame:
    """The next frame of this type. Raises Closed, and TimeoutError, an OSError."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                frame: Frame = json.loads(await socket.recv())
                if frame["type"] == kind:
                    return frame
    except ConnectionClosed as end:
        raise Closed(end.rcvd.code if end.rcvd else 1006) from end


def meaning(code: int) -> str:
    known = next((each for each in CloseCode if each == code), None)
    return f"{code}, {known.meaning}" if known else f"{code}."


def remedy(code: int) -> str:
    if code == CloseCode.UNAVAILABLE:
        return "chat.env: DATABASE_URL=, and see the finding about the database"
    if code == CloseCode.TOO_MANY_SOCKETS:
        return "chat.env: TRUSTED_PROXIES=<the proxy's address>, or a higher SOCKETS_PER_ADDRESS"
    return "journalctl -u 'chat@*' -n 50"
