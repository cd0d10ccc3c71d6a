"""A membership of a channel-layer group, kept through the layer's failures.

The only caller of `group_add`. It waits for the layer's calls, but never cancels one: then
channels_redis and Redis would not agree any more about what is subscribed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from channels.layers import get_channel_layer

from chat.tasks import cancel

logger = logging.getLogger(__name__)

LAYER_TIMEOUT = 5  # seconds to wait for one call of the layer
BACKOFF = 0.2, 5.0  # seconds before the next attempt, at first and at most
DEPARTURES = 60  # attempts to leave: four minutes and more without Redis


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
        # Not `new_channel`: when that fails, its channel stays in the layer, and nobody knows it.
        self._channel = f"seat.{secrets.token_hex(16)}"
        self._listening: asyncio.Task[None] | None = None
        self._call: asyncio.Task[None] | None = None  # the latest one of the layer

    async def keep(self) -> None:
        """Join and listen until cancelled; when the layer raises, back off and rejoin."""
        delay, most = BACKOFF
        while True:
            try:
                listening = await self._listen()
                await self._complete(self._add)
                delay, _ = BACKOFF
                self._joined()
                await asyncio.wait({listening})
                listening.result()
            except Exception as error:
                logger.warning("The channel layer failed for %s: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)

    async def leave(self) -> None:
        """Leave the group and give up the channel, once `keep` has ended. While the layer fails,
        try again: Redis would go on sending the events of a room that nobody is in."""
        if self._listening is None:
            return
        delay, most = BACKOFF
        for _ in range(DEPARTURES):
            try:
                await self._complete(self._discard)
                break
            except Exception as error:
                logger.debug("Leaving %s failed: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)
        # A layer forgets a channel when a `receive` that waits is cancelled, and in no other way.
        await cancel(await self._listen(), *([self._call] if self._call else []))
        self._listening = self._call = None  # a cancelled task leads back to us: a reference cycle

    async def _complete(self, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let the layer do `call`, after the one before it. Raises what that raises, or
        TimeoutError after LAYER_TIMEOUT, when the call goes on by itself."""
        if self._call is not None:
            await self._end_of(self._call)
        self._call = asyncio.create_task(call(), name=f"seat {self._group}")
        if error := await self._end_of(self._call):
            raise error

    async def _end_of(self, call: asyncio.Task[None]) -> BaseException | None:
        done, _ = await asyncio.wait({call}, timeout=LAYER_TIMEOUT)
        if not done:
            raise TimeoutError
        return call.exception()

    async def _add(self) -> None:
        await get_channel_layer().group_add(self._group, self._channel)

    async def _discard(self) -> None:
        await self._add()  # channels_redis unsubscribes nobody who is not in the group any more
        await get_channel_layer().group_discard(self._group, self._channel)

    async def _listen(self) -> asyncio.Task[None]:
        """The task that listens: the layer knows the channel from its first `receive` on."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._receive(), name=f"ear {self._group}")
            await asyncio.sleep(0)
        return self._listening

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            event = await layer.receive(self._channel)
            try:
                self._hear(event)
            except Exception:
                logger.exception("An event of %s could not be understood", self._group)
