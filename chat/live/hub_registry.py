"""This process's hubs: opened by a room's first connection, closed some seconds after its last.

It polls the heads of all open rooms, with one query every 1 to 2 s. That alone recovers from a
lost announcement, a crash between COMMIT and publishing, and a flushed or stalled Redis.
"""

from __future__ import annotations

import asyncio
import logging
import random

from django.conf import settings

from chat import database
from chat.live.housekeeping import keep_house
from chat.live.hub import RoomHub
from chat.live.room_counts import RoomCounts
from chat.metrics import MISSED, ROOMS
from chat.models import Room
from chat.models.room import LogState
from chat.protocol.errors import CloseCode, Disconnect, Unavailable

logger = logging.getLogger(__name__)

LINGER = 5.0  # seconds that a hub stays open without connections, for a reload or a reconnect
MAX_LINGERING = 100  # hubs
POLL_INTERVAL = 1.0, 2.0  # seconds, random in between: processes do not poll all at once


class HubRegistry:
    """The hubs of one event loop."""

    def __init__(self) -> None:
        self._hubs: dict[str, RoomHub] = {}
        self._background: list[asyncio.Task[None]] = []  # while there are hubs
        self._allows_lingering = True
        self._lingering: dict[RoomHub, asyncio.TimerHandle] = {}  # the oldest first
        self._closing: set[asyncio.Task[None]] = set()
        self._room_counts = RoomCounts(self._counts)
        self._counting: asyncio.Task[None] | None = None

    @property
    def open_rooms(self) -> set[str]:
        """The slugs of the rooms with a hub, lingering ones included."""
        return set(self._hubs)

    @property
    def is_idle(self) -> bool:
        """Whether there is no hub, and none that is still closing."""
        return not self._hubs and not self._closing

    def get(self, slug: str) -> RoomHub | None:
        """The room's hub, if it has one."""
        return self._hubs.get(slug)

    async def enter(self, slug: str) -> RoomHub:
        """The room's hub, open, with one more user. Pair with `leave`. Raises Unavailable, and
        Disconnect where the process has MAX_ROOMS rooms."""
        hub = self._hubs.get(slug)
        if hub is None:
            if 0 < settings.MAX_ROOMS <= self._in_use():
                raise Disconnect(CloseCode.TOO_MANY_SOCKETS)
            hub = self._hubs[slug] = RoomHub(slug)
        elif hub in self._lingering:
            self._lingering.pop(hub).cancel()
        if not self._background:
            self._background = [
                asyncio.create_task(self._poll(), name="heads"),
                asyncio.create_task(keep_house(), name="housekeeping"),
            ]
        self._exchange_counts()
        hub.users += 1
        ROOMS.inc(hub.users == 1)
        try:
            await hub.opened()
        except BaseException as error:
            if isinstance(error, Exception):
                self._forget(hub)  # the next connection tries again
            self.leave(hub)
            raise
        return hub

    def leave(self, hub: RoomHub) -> None:
        """One user less. The hub is closed LINGER seconds after the last one has left."""
        hub.users -= 1
        if hub.users:
            return
        ROOMS.dec()
        if self._hubs.get(hub.slug) is hub and hub.is_open and self._allows_lingering:
            loop = asyncio.get_running_loop()
            self._lingering[hub] = loop.call_later(LINGER, self._close, hub)
            if len(self._lingering) > MAX_LINGERING:
                self._close(next(iter(self._lingering)))
        else:
            self._close(hub)

    def stop_lingering(self) -> None:
        """Close the empty rooms now, and from now on each room after its last connection."""
        self._allows_lingering = False
        for hub in list(self._lingering):
            self._close(hub)

    def people_in(self, slug: str) -> int | None:
        """How many people are in a room; None if no process is known to have it open."""
        hub = self._hubs.get(slug)
        if hub is not None and hub.is_open:
            return hub.presence.count()
        self._exchange_counts()
        return self._room_counts.people_in(slug) if settings.REDIS_URL else 0

    def _exchange_counts(self) -> None:
        """Processes that share a channel layer count people together."""
        if settings.REDIS_URL and self._counting is None:
            self._counting = asyncio.create_task(self._room_counts.run(), name="room_counts")

    def _counts(self) -> dict[str, int]:
        hubs = self._hubs.items()
        return {slug: hub.presence.count() for slug, hub in hubs if hub.is_open and hub.users}

    def _in_use(self) -> int:
        return len(self._hubs) - len(self._lingering) + len(self._closing)

    def _close(self, hub: RoomHub) -> None:
        if hub in self._lingering:
            self._lingering.pop(hub).cancel()
        self._forget(hub)
        task = asyncio.ensure_future(hub.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        if not self._hubs:
            for running in self._background:
                running.cancel()
            self._background = []

    def _forget(self, hub: RoomHub) -> None:
        if self._hubs.get(hub.slug) is hub:
            del self._hubs[hub.slug]

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(random.uniform(*POLL_INTERVAL))
            seen = {hub: hub.head for hub in self._hubs.values() if hub.is_open}
            try:
                heads = await database.read(Room.objects.log_states, [hub.slug for hub in seen])
            except Unavailable:
                continue
            except Exception:  # whatever it is, polling must go on
                logger.exception("Could not read the heads of the rooms")
                continue
            for hub, head in seen.items():
                if self._hubs.get(hub.slug) is hub:  # it may have been closed and opened again
                    self._compare(hub, head, heads.get(hub.slug))
                    await self._drop_pruned(hub, heads.get(hub.slug))

    def _compare(self, hub: RoomHub, seen: int, found: LogState | None) -> None:
        """`found` was read after the hub was at `seen`, so an older head means another log."""
        epoch, head, *_ = found or (hub.epoch, 0)
        if epoch != hub.epoch or head < seen:
            logger.warning("The log of %s was replaced; its readers get a reset", hub.slug)
            hub.end(CloseCode.LOG_REPLACED)
            if hub.users:
                self._forget(hub)
            else:
                self._close(hub)
        else:
            if head > hub.head:
                MISSED.inc()
            hub.on_head(head)
            if found:
                hub.title = found.shown_title
                hub.moderation.on_version(found.moderation_version)

    async def _drop_pruned(self, hub: RoomHub, found: LogState | None) -> None:
        """Nobody may be sent from memory what was deleted from the log."""
        if found and hub.ended is None and found.pruned_upto > hub.pruned_upto:
            try:
                await hub.reread(found.pruned_upto)
            except Exception as error:  # the next poll tries again
                logger.warning("Pruned messages of %s are still in memory: %r", hub.slug, error)
