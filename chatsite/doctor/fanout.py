"""Whether all processes receive each other's events.

It sends typing events, which travel through the channel layer only. Messages would arrive without
it too, because each process also reads them from the database.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from django.conf import settings
from websockets.exceptions import WebSocketException

from chat.channel.announcements import group_name
from chat.channel.group import first_event
from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import Site
from chatsite.doctor.sockets import Closed, frame_of, new_room, send

SOCKETS = 8  # spread by the proxy over the processes
WITHIN = 3  # seconds
SAME_REDIS = "chat.env, the same for every process: REDIS_URL=redis://127.0.0.1:6379/0"


@check("fan-out")
async def processes_share_events(site: Site) -> Finding:
    """Reaches as many processes as the proxy spreads SOCKETS connections over."""
    room, count = new_room(), min(SOCKETS, settings.SOCKETS_PER_ADDRESS or SOCKETS)
    missed = 0
    try:
        async with AsyncExitStack() as stack:
            first, *others = [
                await stack.enter_async_context(site.socket(room, origin=site.origin))
                for _ in range(count)
            ]
            for socket in (first, *others):
                await frame_of("welcome", socket)
            await send(first, "typing.start")
            for socket in others:
                try:
                    await frame_of("typing", socket, WITHIN if not missed else 0.2)
                except TimeoutError:
                    missed += 1
    except (Closed, OSError, WebSocketException) as error:
        return wrong("fan-out", f"{count} sockets could not join one room: {error!r}.", SAME_REDIS)
    if missed:
        return wrong(
            "fan-out",
            f"{missed} of {count - 1} sockets did not receive a typing event from another: the"
            " processes behind the proxy do not receive each other's events.",
            SAME_REDIS,
        )
    return fine("fan-out", f"a typing event from one of {count} sockets reaches all others")


@check("second process")
async def server_shares_our_layer(site: Site) -> Finding:
    """This command is one more process: does it receive what a server sends?"""
    if not settings.REDIS_URL:
        return note("second process", "without REDIS_URL one process serves everybody")
    try:
        received = await _receives(site, new_room())
    except Exception as error:  # whatever a layer raises
        return wrong("second process", f"The channel layer fails: {error!r}.", SAME_REDIS)
    if not received:
        return wrong(
            "second process",
            "This command is connected to REDIS_URL, but receives nothing from the server there.",
            SAME_REDIS,
        )
    return fine("second process", "this command receives the server's events through Redis")


async def _receives(site: Site, room: str) -> bool:
    """Whether an event that a server sends to `room` arrives here."""
    async with asyncio.timeout(2 * WITHIN):
        event = await first_event(group_name(room), lambda: _send_typing(site, room), WITHIN)
    return event is not None


async def _send_typing(site: Site, room: str) -> None:
    async with site.socket(room, origin=site.origin) as socket:
        await frame_of("welcome", socket)
        await send(socket, "typing.start")
        await frame_of("ack", socket)
