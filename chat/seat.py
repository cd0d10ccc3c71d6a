"""A membership of a channel-layer group, kept through the layer's failures.

The only caller of `group_add`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

LAYER_TIMEOUT = 5  # seconds that joining may take
BACKOFF = 0.2, 5.0  # seconds before rejoining, at first and at most


class Seat:
    """Hears a group's events: at most once each, in no certain order, from `keep` to `leave`."""

    def __init__(
        self,
        group: str,
        hear: Callable[[dict[str, Any]], None],
        joined: Callable[[], None] = lambda: None,
    ) -> None:
        """`joined` is called each time that it has joined."""
        self._group = group
        self._hear = hear
        self._joined = joined
        self._channel: str | None = None

    async def keep(self) -> None:
        """Join and listen until cancelled; when the layer raises, back off and rejoin."""
        delay, most = BACKOFF
        while True:
            try:
                channel = await self._join()
                delay, _ = BACKOFF
                self._joined()
                await self._listen(channel)
            except Exception as error:
                logger.warning("The channel layer failed for %s: %r", self._group, error)
            await self.leave()
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)

    async def leave(self) -> None:
        """Leave the group; what the layer does not answer in time is left to its expiry."""
        channel, self._channel = self._channel, None
        if channel is not None:
            try:
                async with asyncio.timeout(1):
                    await get_channel_layer().group_discard(self._group, channel)
            except Exception as error:
                logger.debug("Leaving %s failed: %r", self._group, error)

    async def _join(self) -> str:
        layer = get_channel_layer()
        async with asyncio.timeout(LAYER_TIMEOUT):
            self._channel = channel = await layer.new_channel()
            await layer.group_add(self._group, channel)
        return channel

    async def _listen(self, channel: str) -> None:
        layer = get_channel_layer()
        while True:
            event = await layer.receive(channel)
            try:
                self._hear(event)
            except Exception:
                logger.exception("An event of %s could not be understood", self._group)
