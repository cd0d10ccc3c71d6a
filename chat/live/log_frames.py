"""Frames for readers that are further behind than a room's replay buffer."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from chat import database
from chat.live import log_reader
from chat.live.replay_buffer import Frame, split_into_frames

LOG_READ_BATCH = 100  # messages of one query; all are in memory until the readers have taken them


class LogFrames:
    """Reads one room's frames from its log: one query for all readers that have the same cursor and
    the same head. Readers with a later head do not share it: what it reads may have been deleted
    before that head."""

    def __init__(self, slug: str) -> None:
        self._slug = slug
        # By cursor, and how far the readers may read.
        self._reading: dict[tuple[int, int], asyncio.Task[list[Frame]]] = {}

    @property
    def tasks(self) -> Collection[asyncio.Task[list[Frame]]]:
        """The reads under way, to cancel when the hub closes."""
        return self._reading.values()

    async def read(self, cursor: int, upto: int) -> list[Frame]:
        """Frames from `cursor` on, up to `upto` or part of the way. Raises Unavailable."""
        key = cursor, upto
        reading = self._reading.get(key)
        if reading is None:
            reading = asyncio.create_task(self._read(cursor, upto))
            self._reading[key] = reading
            reading.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(reading)

    async def _read(self, after: int, upto: int) -> list[Frame]:
        changes = await database.read(
            log_reader.changes_between, self._slug, after, upto, LOG_READ_BATCH
        )
        end = changes[-1].seq if len(changes) == LOG_READ_BATCH else upto
        return split_into_frames(after, end, changes)
