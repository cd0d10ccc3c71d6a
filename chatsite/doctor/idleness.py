"""How long the way to the chat carries a socket on which nobody says anything."""

from __future__ import annotations

import time
from contextlib import suppress
from urllib.parse import urlencode

from websockets.exceptions import WebSocketException

from chatsite import quiet
from chatsite.doctor import lines
from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import Site
from chatsite.doctor.sockets import Closed, a_room, frame_of, say


@check("idle")
async def idle_sockets_live(site: Site, seconds: float) -> Finding:
    """The server's pings, which would hide a proxy's timeout until they come late, are off."""
    query = f"?{urlencode({quiet.PARAMETER: quiet.permission()})}"
    began_at = time.monotonic()
    try:
        async with site.socket(a_room(), origin=site.origin, query=query) as socket:
            await frame_of("welcome", socket)
            began_at = time.monotonic()
            with suppress(TimeoutError):
                await frame_of("nothing ever sent", socket, seconds)
            await say(socket, "history.fetch", before=1, limit=1)
            await frame_of("ack", socket)
            pings = socket.pings
    except (Closed, OSError, WebSocketException):
        lived = time.monotonic() - began_at
        return wrong(
            "idle",
            f"A socket on which nothing is said ends after {lived:.0f} s: something on the way"
            f" gives up on it. Less than {seconds:.0f} s leaves too little room beside the pings,"
            " which come every 20 s.",
            lines.idle(site.get(site.path)),
        )
    if pings:
        return note(
            "idle",
            f"A socket lives {seconds:.0f} s without people saying anything, but the server went on"
            " pinging: it runs with another SECRET_KEY, or not by `manage.py serve`.",
        )
    return fine("idle", f"a socket lives through {seconds:.0f} s of silence, without a ping")
