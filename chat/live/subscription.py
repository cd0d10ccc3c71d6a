"""Where one connection stands in its room, and what it is sent next.

There are two ways to send. `deliver` is the normal one: in each pass of the hub's fan-out it
writes what is new to the socket. `next_batch` is the slow path, taken by the connection's own task
for what `deliver` could not write: the socket's buffer is full, the reader is further behind than
the replay buffer, or the server has no fast writer. Nothing is queued for a slow reader: when it
can take more, it gets everything after its cursor, from the replay buffer or from the log.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence

from chat.live.hub import RoomHub
from chat.live.late_posts import LatePosts
from chat.live.notices import Notices
from chat.live.prepared_text import FastWriter, SharedText
from chat.live.replay_buffer import Frame, body_of
from chat.protocol.errors import CloseCode, Disconnect, Unavailable


class Subscription:
    """One `chat.v1` reader of a hub, at `cursor`; a newcomer without one starts with the newest
    messages."""

    wants_people = True  # `people.changed` and `typing` too, until the server shuts down
    wants_notices = True  # of the room's moderation

    def __init__(
        self, hub: RoomHub, author_id: str, cursor: int | None, writer: FastWriter | None
    ) -> None:
        self.cursor = hub.released if cursor is None else cursor
        self._hub = hub
        self._notices = Notices(hub.moderation, author_id)
        self._writer = writer
        self._is_new = True
        self._is_newcomer = cursor is None
        self._news_seen = 0  # the fan-out's `news_version` up to which all has been sent
        self._seen = hub.presence.people_version, 0  # versions of people and of typing
        self._unsent: list[SharedText] = []  # up to `cursor`, and not written yet
        self._news_next = False
        self._idle: asyncio.Future[None] | None = None  # set while all that is new has been sent

    def deliver(self) -> None:
        """Write what is new, without waiting. What cannot be written is left to `next_batch`."""
        if self._idle is None or self._idle.done():
            return  # `next_batch` is being sent, and looks for more afterwards
        if self._writer is None or not self._write_all(self._writer):
            self._idle.set_result(None)

    def first_notices(self) -> Iterator[SharedText]:
        """What follows the welcome."""
        while self.wants_notices and (notice := self._notices.next()):
            yield notice

    async def next_batch(self) -> Sequence[SharedText]:
        """Wait for something that `deliver` could not write: changes in order, or one piece of
        news. Moves the cursor past it. Raises Disconnect."""
        if self._news_next and (text := self._news()):
            self._news_next = False
            return [text]
        while True:
            unsent, self._unsent = self._unsent, []
            if texts := [*unsent, *await self._changes()]:
                self._news_next = True  # in turn: a busy room does not hold it back
                return texts
            if text := self._news():
                return [text]
            self._idle = asyncio.get_running_loop().create_future()
            try:
                await self._idle
            finally:
                self._idle = None

    def _write_all(self, writer: FastWriter) -> bool:
        """Write all that is new; False if something is left for `next_batch`."""
        hub = self._hub
        frames = hub.replay_buffer.frames_after(self.cursor) if self.cursor < hub.released else []
        if frames is None or hub.ended is not None:
            return False
        self._unsent = self._advance(frames)
        for written, text in enumerate(self._unsent):
            if not writer.write(text):
                del self._unsent[:written]
                return False
        self._unsent = []
        return self._news_seen == hub.fan_out.news_version or self._write_news(writer)

    def _write_news(self, writer: FastWriter) -> bool:
        if self._notices.is_banned:
            return False
        seen = self._seen
        while notice := self._notice():
            if not writer.write(notice):
                self._unsent = [notice]
                return False
        while news := self._people():
            if not writer.write(news):
                self._seen = seen
                return False
            seen = self._seen
        self._news_seen = self._hub.fan_out.news_version
        return True

    async def _changes(self) -> Sequence[SharedText]:
        hub = self._hub
        if hub.ended is not None:
            raise Disconnect(hub.ended)
        if self._notices.is_banned:
            raise Disconnect(CloseCode.BANNED)
        if self.cursor >= hub.released and not self._is_new:
            return ()
        is_first, self._is_new = self._is_new, False
        if is_first and self._is_newcomer:
            return self._advance(hub.replay_buffer.page_frames())
        frames = hub.replay_buffer.frames_after(self.cursor) or await self._logged_frames()
        return self._advance(frames)

    def _advance(self, frames: Sequence[Frame]) -> list[SharedText]:
        """Move the cursor past `frames`; returns their texts."""
        if frames:
            self.cursor = frames[-1].head
        return [text for frame in frames for text in self._texts(frame)]

    async def _logged_frames(self) -> list[Frame]:
        while True:
            try:
                return await self._hub.logged_frames(self.cursor)
            except Unavailable:
                await asyncio.sleep(Unavailable.retry_in_ms / 1000 * random.uniform(0.5, 1))

    def _texts(self, frame: Frame) -> Sequence[SharedText]:
        return (frame.text,)

    def _news(self) -> SharedText | None:
        """What this reader is to be sent next apart from changes; marks it as seen."""
        text = self._notice() or self._people()
        if text is None:
            self._news_seen = self._hub.fan_out.news_version
        return text

    def _notice(self) -> SharedText | None:
        return self._notices.next() if self.wants_notices else None

    def _people(self) -> SharedText | None:
        """The newest text about people that this reader has not seen; marks it as seen. One at a
        time, so that none is still waiting when the server shuts down."""
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
    """A reader of plain text: the body of each message once, one text each, and nothing else."""

    wants_people = wants_notices = False

    def __init__(self, hub: RoomHub, author_id: str, writer: FastWriter | None) -> None:
        super().__init__(hub, author_id, hub.released, writer)
        self._late_posts = LatePosts()

    def _texts(self, frame: Frame) -> Sequence[SharedText]:
        if len(frame.posts()) == frame.head - frame.after:  # nothing else, as usual
            return frame.posts()
        bodies = map(body_of, self._late_posts.first_shown_in(frame))
        return [body for body in bodies if body.text]  # it was not deleted
