"""What the application does at start and before exit, as the ASGI lifespan protocol asks it to.

Plain Daphne does not support lifespan; there a cancelled consumer sends `going_away` itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from chat import database
from chat.live.runtime import runtime


async def lifespan(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await database.open_writer()
        else:
            await runtime().shutdown.drain(settings.DRAIN_SECONDS)
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
