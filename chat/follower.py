"""Where one connection stands in its room, and what it has to be sent next.

It pulls: a hub only wakes it. So nothing ever waits in memory for a slow reader; when it
comes back for more it is given everything since its cursor, from memory or from the log.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from chat.errors import CloseCode, Unavailable
from chat.recent import Frame

if TYPE_CHECKING:
    from chat.hub import RoomHub


class Ended(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: CloseCode) -> None:
        self.code = code
        super().__init__(code.meaning)


class Follower:
    """One reader of a hub."""

    def __init__(self, hub: RoomHub, cursor: int) -> None:
        self.cursor = cursor
        self._hub = hub
        self._is_new = True
        self._people_seen = hub.presence.people_version
        self._typing_seen = 0
        self._asleep: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """There may be news."""
        if self._asleep is not None and not self._asleep.done():
            self._asleep.set_result(None)

    async def next_changes(self) -> list[Frame]:
        """Wait for changes after the cursor and move it past them. Raises Ended."""
        while not (frames := await self._changes()):
            await self._sleep()
        return frames

    async def next_texts(self) -> list[str]:
        """Wait for frames of any kind: changes in order, the others as of now. Raises Ended."""
        while True:
            texts = [frame.text for frame in await self._changes()] + self._people()
            if texts:
                return texts
            await self._sleep()

    async def _changes(self) -> list[Frame]:
        hub = self._hub
        if hub.ended is not None:
            raise Ended(hub.ended)
        if self.cursor >= hub.released and not self._is_new:
            return []
        frames = hub.recent.frames_after(self.cursor) or await self._logged_frames()
        self._is_new = False
        self.cursor = frames[-1].head
        return frames

    async def _logged_frames(self) -> list[Frame]:
        while True:
            try:
                return await self._hub.logged_frames(self.cursor)
            except Unavailable as error:
                await asyncio.sleep((error.retry_in_ms or 0) / 1000 * random.uniform(0.5, 1))

    def _people(self) -> list[str]:
        texts = []
        presence = self._hub.presence
        if self._people_seen != presence.people_version:
            self._people_seen = presence.people_version
            texts.append(presence.people_frame())
        if self._typing_seen != presence.typing_version:
            self._typing_seen = presence.typing_version
            texts.append(presence.typing_frame())
        return texts

    async def _sleep(self) -> None:
        self._asleep = asyncio.get_running_loop().create_future()
        try:
            await self._asleep
        finally:
            self._asleep = None
