"""Whether the channel layer carries events between processes."""

from __future__ import annotations

import asyncio

from django.conf import settings

from chat.channel.group import RoundTrip
from chatsite.doctor.finding import Finding, check, fine, note, wrong

WITHIN = 5  # seconds


@check("layer")
async def layer_carries_events() -> Finding:
    if not settings.REDIS_URL and settings.EMBEDDED:
        return fine("layer", "in memory, for one process")
    if not settings.REDIS_URL:
        return note(
            "layer",
            "in memory: with DATABASE_URL several processes can serve, but they would not receive"
            " each other's events.",
            "chat.env: REDIS_URL=redis://127.0.0.1:6379/0",
        )
    try:
        async with asyncio.timeout(WITHIN):
            await RoundTrip().make()
    except Exception as error:  # whatever a layer raises
        return wrong(
            "layer",
            f"An event through Redis failed: {error!r}.",
            "systemctl start redis-server; or chat.env: REDIS_URL=redis://host:6379/0",
        )
    return fine("layer", "an event was sent through Redis and received")
