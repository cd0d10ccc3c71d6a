"""Where one connection stands in its room, and what it has to be sent next.

It pulls: a hub only wakes it. So nothing ever waits in memory for a slow reader; when it
comes back for more it is given everything since its cursor, from memory or from the log.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chat.live.prepared_text import FastWriter, SharedText
from chat.live.replay_buffer import Frame
from chat.protocol.errors import CloseCode, Unavailable

if TYPE_CHECKING:
    from chat.live.hub import RoomHub


class Disconnect(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: CloseCode) -> None:
        self.code = code
        super().__init__(code.meaning)


class Subscription:
    """One `chat.v1` reader of a hub, at `cursor`."""

    wants_people = True  # until it is told to go away

    def __init__(self, hub: RoomHub, cursor: int, writer: FastWriter | None) -> None:
        self.cursor = cursor
        self._hub = hub
        self._writer = writer
        self._is_new = True
        self._seen = hub.presence.people_version, 0  # versions of people and of typing
        self._unsent: list[SharedText] = []  # changes taken, and not written yet
        self._people_next = False
        self._waiting: asyncio.Future[None] | None = None

    def deliver(self) -> None:
        """There may be news. A reader that can take it without waiting has it on return."""
        if self._waiting is None or self._waiting.done():
            return  # it is sending, and will look again by itself
        if self._writer is None or not self._write(self._writer):
            self._waiting.set_result(None)

    async def next_batch(self) -> Sequence[SharedText]:
        """Wait for what is new to this reader: changes in order, or one text about people as of
        now. Moves the cursor past it. Raises Disconnect."""
        if self._people_next and (text := self._people()):
            self._people_next = False
            return [text]
        while True:
            unsent, self._unsent = self._unsent, []
            if texts := [*unsent, *await self._changes()]:
                self._people_next = True  # in turn, so that neither keeps the other waiting
                return texts
            if text := self._people():
                return [text]
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None

    def _write(self, writer: FastWriter) -> bool:
        """Write all that is new; what did not go is unsent, and `next_batch` has to go on."""
        hub = self._hub
        frames = hub.replay_buffer.frames_after(self.cursor) if self.cursor < hub.released else []
        if frames is None or hub.ended is not None:
            return False
        self._unsent = self._taken(frames)
        for done, text in enumerate(self._unsent):
            if not writer.write(text):
                del self._unsent[:done]
                return False
        self._unsent = []
        seen = self._seen
        while news := self._people():
            if not writer.write(news):
                self._seen = seen
                return False
            seen = self._seen
        return True

    async def _changes(self) -> Sequence[SharedText]:
        hub = self._hub
        if hub.ended is not None:
            raise Disconnect(hub.ended)
        if self.cursor >= hub.released and not self._is_new:
            return ()
        self._is_new = False
        return self._taken(
            hub.replay_buffer.frames_after(self.cursor) or await self._logged_frames()
        )

    def _taken(self, frames: Sequence[Frame]) -> list[SharedText]:
        """The texts of `frames`, which this reader has then seen."""
        if frames:
            self.cursor = frames[-1].head
        return [text for frame in frames for text in self._texts(frame)]

    async def _logged_frames(self) -> list[Frame]:
        while True:
            try:
                return await self._hub.logged_frames(self.cursor)
            except Unavailable as error:
                await asyncio.sleep((error.retry_in_ms or 0) / 1000 * random.uniform(0.5, 1))

    def _texts(self, frame: Frame) -> Sequence[SharedText]:
        return (frame.text,)

    def _people(self) -> SharedText | None:
        """News about people, as of now, which then counts as seen: one text at a time, so that
        none waits to be sent when the reader is told to go away."""
        if not self.wants_people:
            return None
        presence = self._hub.presence
        people, typing = self._seen
        if people != presence.people_version:
            self._seen = presence.people_version, typing
            return presence.people_frame()
        if typing != presence.typing_version:
            self._seen = people, presence.typing_version
            return presence.typing_frame()
        return None


class PlainTextSubscription(Subscription):
    """A reader of plain text: what was said, one text per message, and nothing else."""

    wants_people = False

    def _texts(self, frame: Frame) -> Sequence[SharedText]:
        return frame.bodies()
