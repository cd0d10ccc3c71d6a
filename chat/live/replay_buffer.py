"""The end of a room's log in memory, encoded, and the frames that bring readers up to date.

Pure: no I/O, no tasks. What has been evicted is in the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

import msgspec
from msgspec import Struct

from chat.channel.announcements import Change
from chat.live.prepared_text import SharedText
from chat.protocol.frames import ENVELOPE, MAX_FRAME_OUT, PAGE, RoomChanged, encode

MAX_CHANGES = 512
MAX_BYTES = 1024 * 1024  # of one room; exceeded only by the PAGE that newcomers get
MAX_CURSORS = 64  # readers' positions whose frames are cached
MAX_CACHED_BYTES = 2 * MAX_BYTES  # of cached frames, give or take the last one


class _Body(Struct):
    body: str


class Frame:
    """A `room.changed` frame. Its reader is at `head` afterwards."""

    __slots__ = ("_bodies", "_changes", "head", "text")

    def __init__(self, after: int, head: int, changes: Sequence[Change]) -> None:
        messages: list[Any] = [change.message for change in changes]  # encoded already
        self.head = head
        self.text = SharedText(encode(RoomChanged(after, head, messages)))
        self._changes = changes
        self._bodies: list[SharedText] | None = None

    def bodies(self) -> list[SharedText]:
        """The bodies of its messages, for readers of plain text."""
        if self._bodies is None:
            decode = msgspec.json.decode
            self._bodies = [
                SharedText(decode(each.message, type=_Body).body) for each in self._changes
            ]
        return self._bodies


def split_into_frames(after: int, head: int, changes: Iterable[Change]) -> list[Frame]:
    """Frames of at most MAX_FRAME_OUT bytes that lead from `after` to `head`; at least one."""
    frames: list[Frame] = []
    page: list[Change] = []
    size = ENVELOPE
    for change in changes:
        length = len(change.message) + 1
        if page and size + length > MAX_FRAME_OUT:
            frames.append(Frame(after, page[-1].seq, page))
            after, page, size = page[-1].seq, [], ENVELOPE
        page.append(change)
        size += length
    frames.append(Frame(after, head, page))
    return frames


class ReplayBuffer:
    """Every change in (floor, head] of one room."""

    def __init__(self, floor: int, head: int, changes: Iterable[Change]) -> None:
        self.floor = floor
        self.head = head
        self._changes = deque(changes)
        self._bytes = sum(len(change.message) for change in self._changes)
        self.cached_frames: dict[int, list[Frame]] = {}
        self._cached_bytes = 0
        self._evict()

    def extend(self, head: int, changes: Iterable[Change]) -> None:
        """Append the changes in (self.head, head].

        What exceeds the limits is evicted first: readers have had a pass to read the last changes.
        """
        self._evict()
        for change in changes:
            if change.seq > self.head:
                self._changes.append(change)
                self._bytes += len(change.message)
        self.head = head
        self.cached_frames.clear()
        self._cached_bytes = 0

    def replaced(self, floor: int, upto: int, changes: Iterable[Change]) -> ReplayBuffer:
        """A buffer with `changes`, all those in (floor, upto], and those after `upto` from here.

        Reading `changes` takes time. If what follows `upto` has been evicted meanwhile, joining
        the two would leave a gap: then this buffer stays, which is newer than what was read.
        """
        if self.floor > upto:
            return self
        fresh = ReplayBuffer(floor, upto, changes)
        fresh.extend(self.head, self._changes)
        return fresh

    def frames_after(self, cursor: int) -> list[Frame] | None:
        """The frames from `cursor` to `head`, built once for all readers there; None when the
        cursor lies below what is in memory."""
        if cursor < self.floor:
            return None
        frames = self.cached_frames.get(cursor)
        if frames is None:
            # From the end: most readers need only the last few of hundreds.
            missed = list(takewhile(lambda change: change.seq > cursor, reversed(self._changes)))
            frames = split_into_frames(cursor, self.head, reversed(missed))
            if len(self.cached_frames) < MAX_CURSORS and self._cached_bytes < MAX_CACHED_BYTES:
                self.cached_frames[cursor] = frames
                self._cached_bytes += sum(len(frame.text.text) for frame in frames)
        return frames

    def page_cursor(self) -> int:
        """The cursor of a newcomer, who gets the newest page."""
        if len(self._changes) <= PAGE:
            return self.floor
        return self._changes[-PAGE].seq - 1

    def _evict(self) -> None:
        while len(self._changes) > MAX_CHANGES or (
            self._bytes > MAX_BYTES and len(self._changes) > PAGE
        ):
            oldest = self._changes.popleft()
            self._bytes -= len(oldest.message)
            self.floor = oldest.seq
