"""Groups of the channel layer: membership, sending, and round trips.

The only module that calls the channel layer. Events arrive at most once each, in no particular
order. A call of the layer that has begun is never cancelled: channels_redis and Redis would
disagree about what is subscribed. So calls take turns, and a membership that is left while it
waits for its turn has not called the layer at all.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from chat.metrics import LAYER_FAILURES
from chat.tasks import cancel

logger = logging.getLogger(__name__)

SEND_TIMEOUT = 1  # seconds that the layer may take for one event
CALL_TIMEOUT = 60  # seconds that any other call may take; redis-py itself gives up sooner
BACKOFF = 0.2, 5.0  # seconds before the next attempt, at first and at most
LEAVE_ATTEMPTS = 20  # about a minute without Redis
CALLS_AT_ONCE = 4  # joining or leaving; channels_redis makes one at a time, and sends wait behind
RESEND = 0.2  # seconds between two attempts of a round trip

Event = dict[str, Any]

_turns: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()  # by channel layer


async def send(group: str, event: Event) -> bool:
    """Send `event` to every member of `group`. Returns whether the layer took it in time."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await layer.group_send(group, event)
    except Exception as error:  # a layer may raise anything; receivers recover without the event
        LAYER_FAILURES.inc()
        logger.debug("The channel layer did not take an event: %r", error)
        return False
    return True


class BackgroundSender:
    """Sends events without making its caller wait, at most `limit` at a time.

    Events beyond that are dropped: the layer stalls, and receivers recover without them.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sending: set[asyncio.Task[bool]] = set()

    def send(self, group: str, event: Event) -> None:
        """Start to send `event` to `group`. Call it in an event loop."""
        if len(self._sending) < self._limit:
            task = asyncio.ensure_future(send(group, event))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)


class GroupMembership:
    """Calls `on_event` for a group's events from `run` to `leave`, despite the layer's failures."""

    def __init__(
        self,
        group: str,
        on_event: Callable[[Event], None],
        on_join: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_join` is called each time that the group has been joined or rejoined."""
        self._group = group
        self._on_event = on_event
        self._on_join = on_join
        # Not `new_channel`: when that fails, the layer keeps a channel whose name nobody has.
        self._channel = f"chat.membership.{secrets.token_hex(16)}"
        self._listening: asyncio.Task[None] | None = None
        self._call: asyncio.Task[None] | None = None  # the latest one of the layer

    async def run(self) -> None:
        """Join and listen until cancelled; when the layer raises, back off and rejoin."""
        delay, most = BACKOFF
        while True:
            try:
                await self.join()
                delay, _ = BACKOFF
                self._on_join()
                await self._listened()
            except Exception as error:
                logger.warning("The channel layer failed for %s: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)

    async def join(self) -> None:
        """Join and start to listen. Raises what the layer raises; `run` tries again instead."""
        await self._complete(self._join)

    async def leave(self, attempts: int = LEAVE_ATTEMPTS) -> None:
        """Leave the group and give up the channel, once `run` has ended. Retries while the layer
        fails: Redis would go on sending the events of a group that has no member here."""
        if self._call is not None:
            await asyncio.gather(self._call, return_exceptions=True)
        delay, most = BACKOFF
        for _ in range(attempts if self._listening else 0):
            try:
                await self._complete(self._leave)
                break
            except Exception as error:
                logger.debug("Leaving %s failed: %r", self._group, error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(delay * 2, most)
        if self._listening is not None:
            await cancel(self._listening)
        self._listening = self._call = None  # break the reference cycle through their frames

    async def _complete(self, call: Callable[[], Awaitable[None]]) -> None:
        """Run `call` in its turn, to its end even if we are cancelled. Raises what it raises."""
        turn = _turns.setdefault(get_channel_layer(), asyncio.Semaphore(CALLS_AT_ONCE))
        await turn.acquire()
        self._call = asyncio.create_task(_in_time(call), name=f"membership {self._group}")
        self._call.add_done_callback(lambda _: turn.release())
        await asyncio.wait({self._call})
        self._call.result()

    async def _join(self) -> None:
        await self._listen()
        await get_channel_layer().group_add(self._group, self._channel)

    async def _leave(self) -> None:
        layer = get_channel_layer()
        try:  # joining may have failed, and channels_redis unsubscribes only a member
            await layer.group_add(self._group, self._channel)
        finally:
            await layer.group_discard(self._group, self._channel)
        # A layer forgets a channel when a waiting `receive` is cancelled, and in no other way.
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
        """Wait while the task listens. Raises what the layer raises."""
        listening = await self._listen()
        await asyncio.wait({listening})
        listening.result()

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            event = await layer.receive(self._channel)
            try:
                self._on_event(event)
            except Exception:
                logger.exception("An event of %s could not be handled", self._group)


async def first_event(
    group: str, after: Callable[[], Awaitable[object]], seconds: float
) -> Event | None:
    """Join `group`, await `after()`, and leave; the first event that arrives up to `seconds`
    later, None without one. Raises what the layer raises."""
    received: asyncio.Queue[Event] = asyncio.Queue()
    membership = GroupMembership(group, received.put_nowait)
    try:
        await membership.join()
        await after()
        with suppress(TimeoutError):
            return await asyncio.wait_for(received.get(), seconds)
        return None
    finally:
        await membership.leave(attempts=1)


class RoundTrip:
    """Sends an event through the layer to itself."""

    def __init__(self) -> None:
        # Not `new_channel`: when that fails, the layer keeps a channel whose name nobody has.
        self._channel = f"chat.round_trip.{secrets.token_hex(16)}"
        self._one_at_a_time = asyncio.Lock()

    async def make(self) -> None:
        """Return once an event has arrived. Raises what the layer raises, and may never return:
        the caller sets the time limit."""
        async with self._one_at_a_time:
            layer, token = get_channel_layer(), secrets.token_hex(8)
            receiving = asyncio.create_task(self._receive(token), name="round trip")
            try:
                while not receiving.done():  # what is sent before `receive` subscribes is lost
                    await layer.send(self._channel, {"type": "round.trip", "token": token})
                    await asyncio.wait({receiving}, timeout=RESEND)
                receiving.result()
            finally:  # a layer forgets a channel when a waiting `receive` is cancelled
                await cancel(receiving)

    async def _receive(self, token: str) -> None:
        layer = get_channel_layer()
        while (await layer.receive(self._channel))["token"] != token:
            pass


async def _in_time(call: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(CALL_TIMEOUT):
        await call()
