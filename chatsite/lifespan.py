"""The ASGI lifespan protocol: the launcher's way to say that the process starts, or ends.

Plain Daphne does not speak it; there a consumer that is cancelled says its own farewell.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from chat import database
from chat.live.shutdown import shutdown


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
            await shutdown().drain(settings.DRAIN_SECONDS)
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
