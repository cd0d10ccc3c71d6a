"""A membership of a channel-layer group, kept through the layer's failures.

The only caller of `group_add`. A call of the layer that has begun is never cancelled: then
channels_redis and Redis would disagree about what is subscribed. So calls take turns, and a
membership that is left while it waits for its turn has not called the layer at all.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from channels.layers import get_channel_layer

from chat.loops import PerLoop
from chat.tasks import cancel

logger = logging.getLogger(__name__)

LAYER_TIMEOUT = 60  # seconds that a call may take; redis-py itself gives up sooner
BACKOFF = 0.2, 5.0  # seconds before the next attempt, at first and at most
DEPARTURES = 20  # attempts to leave: about a minute without Redis
AT_ONCE = 4  # calls of the layer; channels_redis makes one at a time, and events wait behind them

turns = PerLoop(lambda: asyncio.Semaphore(AT_ONCE))


class GroupMembership:
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
        self._channel = f"chat.membership.{secrets.token_hex(16)}"
        self._listening: asyncio.Task[None] | None = None
        self._call: asyncio.Task[None] | None = None  # the latest one of the layer

    async def run(self) -> None:
        """Join and listen until cancelled; when the layer raises, back off and rejoin."""
        delay, most = BACKOFF
        while True:
            try:
                await self._complete(self._join)
                delay, _ = BACKOFF
                self._joined()
                await self._listened()
            except Exception as error:
                logger.warning("The channel layer failed for %s: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)

    async def leave(self) -> None:
        """Leave the group and give up the channel, once `keep` has ended. Retries while the layer
        fails: Redis would go on sending the events of a room that nobody is in."""
        if self._call is not None:
            await asyncio.gather(self._call, return_exceptions=True)
        delay, most = BACKOFF
        for _ in range(DEPARTURES if self._listening else 0):
            try:
                await self._complete(self._depart)
                break
            except Exception as error:
                logger.debug("Leaving %s failed: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)
        if self._listening is not None:
            await cancel(self._listening)
        self._listening = self._call = None  # a cancelled task leads back to us: a reference cycle

    async def _complete(self, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `call` in its turn, to its end even if we are cancelled. Raises what it raises."""
        turn = turns()
        await turn.acquire()
        self._call = asyncio.create_task(_in_time(call()), name=f"membership {self._group}")
        self._call.add_done_callback(lambda _: turn.release())
        await asyncio.wait({self._call})
        self._call.result()

    async def _join(self) -> None:
        await self._listen()
        await get_channel_layer().group_add(self._group, self._channel)

    async def _depart(self) -> None:
        layer = get_channel_layer()
        try:  # if it failed before: channels_redis unsubscribes nobody who is not in the group
            await layer.group_add(self._group, self._channel)
        finally:
            await layer.group_discard(self._group, self._channel)
        # A layer forgets a channel when a `receive` that waits is cancelled, and in no other way.
        listening = await self._listen()
        listening.cancel()
        await asyncio.wait({listening})

    async def _listen(self) -> asyncio.Task[None]:
        """The task that listens: the layer knows the channel from its first `receive` on."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._receive(), name=f"listen {self._group}")
            await asyncio.sleep(0)
        return self._listening

    async def _listened(self) -> None:
        """Wait for as long as it listens. Raises what the layer raises."""
        listening = await self._listen()
        await asyncio.wait({listening})
        listening.result()

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            event = await layer.receive(self._channel)
            try:
                self._hear(event)
            except Exception:
                logger.exception("An event of %s could not be understood", self._group)


async def _in_time(call: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(LAYER_TIMEOUT):
        await call
