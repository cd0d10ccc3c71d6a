"""Whether all processes hear each other: who types on one is seen on every other.

Typing goes only through the channel layer. A message would arrive in the end even without one, by
looking at the log.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from channels.layers import get_channel_layer
from django.conf import settings
from websockets.exceptions import WebSocketException

from chat.channel.announcements import group_name
from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import Site
from chatsite.doctor.sockets import Closed, a_room, frame_of, say

SOCKETS = 8  # spread by the proxy over the processes
WITHIN = 3  # seconds
SAME_REDIS = "chat.env, the same for every process: REDIS_URL=redis://127.0.0.1:6379/0"


@check("fan-out")
async def processes_hear_each_other(site: Site) -> Finding:
    """As far as the proxy brings SOCKETS connections to different ones."""
    room, count = a_room(), min(SOCKETS, settings.SOCKETS_PER_ADDRESS or SOCKETS)
    deaf = 0
    try:
        async with AsyncExitStack() as stack:
            first, *others = [
                await stack.enter_async_context(site.socket(room, origin=site.origin))
                for _ in range(count)
            ]
            for socket in (first, *others):
                await frame_of("welcome", socket)
            await say(first, "typing.start")
            for socket in others:
                try:
                    await frame_of("typing", socket, WITHIN if not deaf else 0.2)
                except TimeoutError:
                    deaf += 1
    except (Closed, OSError, WebSocketException) as error:
        return wrong("fan-out", f"{count} people cannot be in one room: {error!r}.", SAME_REDIS)
    if deaf:
        return wrong(
            "fan-out",
            f"{deaf} of {count - 1} sockets do not see who types on another: the processes behind"
            " the proxy do not hear each other.",
            SAME_REDIS,
        )
    return fine("fan-out", f"who types on one of {count} sockets is seen on all others")


@check("second process")
async def server_and_we_share_a_layer(site: Site) -> Finding:
    """This command is one more process: does it hear what a server sends?"""
    if not settings.REDIS_URL:
        return note("second process", "no REDIS_URL: one process serves everybody, and may")
    try:
        heard = await _hears(site, a_room())
    except Exception as error:  # whatever a layer raises
        return wrong("second process", f"The channel layer fails: {error!r}.", SAME_REDIS)
    if not heard:
        return wrong(
            "second process",
            "This command is on the Redis of its REDIS_URL, and does not hear the server there.",
            SAME_REDIS,
        )
    return fine("second process", "this command hears through Redis what a server tells")


async def _hears(site: Site, room: str) -> bool:
    layer = get_channel_layer()
    async with asyncio.timeout(2 * WITHIN):
        channel = await layer.new_channel()
        await layer.group_add(group_name(room), channel)
        heard = asyncio.create_task(layer.receive(channel))
        await _type(site, room)
        try:
            async with asyncio.timeout(WITHIN):
                await heard
        except TimeoutError:
            return False
        finally:
            heard.cancel()
            await layer.group_discard(group_name(room), channel)
    return True


async def _type(site: Site, room: str) -> None:
    async with site.socket(room, origin=site.origin) as socket:
        await frame_of("welcome", socket)
        await say(socket, "typing.start")
        await frame_of("ack", socket)
