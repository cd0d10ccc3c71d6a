"""The tail of a room's log in memory, encoded, and the frames that bring readers up to date.

Pure: no I/O, no tasks. What is no longer here is in the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import takewhile

import msgspec
from msgspec import Struct

from chat.channel.announcements import Change
from chat.live.prepared_text import SharedText
from chat.protocol.frames import MAX_FRAME_OUT, PAGE

MAX_CHANGES = 512
MAX_BYTES = 1024 * 1024  # of one room, kept back only for the PAGE that newcomers get
MAX_CURSORS = 64  # readers' positions whose frames are remembered, while these are not more than
MAX_FRAMED = 2 * MAX_BYTES
ENVELOPE = 100  # bytes of a `room.changed` frame around its messages


class _Body(Struct):
    body: str


class Frame:
    """A `room.changed` frame, and the seq that its reader has then reached."""

    __slots__ = ("_bodies", "_changes", "head", "text")

    def __init__(self, after: int, head: int, changes: Sequence[Change]) -> None:
        messages = ",".join([change.text for change in changes])
        start = f'{{"type":"room.changed","after":{after},"head":{head},"messages":['
        self.head = head
        self.text = SharedText(f"{start}{messages}]}}")
        self._changes = changes
        self._bodies: list[SharedText] | None = None

    def bodies(self) -> list[SharedText]:
        """What was said in it, for those who read plain text."""
        if self._bodies is None:
            decode = msgspec.json.decode
            self._bodies = [
                SharedText(decode(each.text, type=_Body).body) for each in self._changes
            ]
        return self._bodies


def split_into_frames(after: int, head: int, changes: Iterable[Change]) -> list[Frame]:
    """Frames of at most MAX_FRAME_OUT bytes that lead from `after` to `head`; at least one."""
    frames: list[Frame] = []
    page: list[Change] = []
    size = ENVELOPE
    for change in changes:
        length = len(change.text.encode()) + 1
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
        self._bytes = sum(len(change.text) for change in self._changes)
        self._framed: dict[int, list[Frame]] = {}
        self._framed_bytes = 0
        self._evict()

    def extend(self, head: int, changes: Iterable[Change]) -> None:
        """Go on to `head` with the changes in (self.head, head].

        What exceeds the bounds is forgotten only now, when readers have had their turn.
        """
        self._evict()
        for change in changes:
            if change.seq > self.head:
                self._changes.append(change)
                self._bytes += len(change.text)
        self.head = head
        self._framed.clear()
        self._framed_bytes = 0

    def replaced(self, floor: int, upto: int, changes: Iterable[Change]) -> ReplayBuffer:
        """`changes`, all those in (floor, upto], followed by those after `upto` that are here.

        Reading takes time. Where a busy room has evicted what follows `upto` meanwhile, joining
        the two would leave a hole: then what is here stays, and is newer than what was read.
        """
        if self.floor > upto:
            return self
        fresh = ReplayBuffer(floor, upto, changes)
        fresh.extend(self.head, self._changes)
        return fresh

    def frames_after(self, cursor: int) -> list[Frame] | None:
        """The frames from `cursor` to head, made once for all who are there; None when the
        cursor lies below what is in memory."""
        if cursor < self.floor:
            return None
        frames = self._framed.get(cursor)
        if frames is None:
            # From the end: most readers miss the last few of hundreds.
            missed = list(takewhile(lambda change: change.seq > cursor, reversed(self._changes)))
            frames = split_into_frames(cursor, self.head, reversed(missed))
            if len(self._framed) < MAX_CURSORS and self._framed_bytes < MAX_FRAMED:
                self._framed[cursor] = frames
                self._framed_bytes += sum(len(frame.text.text) for frame in frames)
        return frames

    def page_cursor(self) -> int:
        """Where a newcomer starts, to get the newest page."""
        if len(self._changes) <= PAGE:
            return self.floor
        return self._changes[-PAGE].seq - 1

    def _evict(self) -> None:
        while len(self._changes) > MAX_CHANGES or (
            self._bytes > MAX_BYTES and len(self._changes) > PAGE
        ):
            oldest = self._changes.popleft()
            self._bytes -= len(oldest.text)
            self.floor = oldest.seq
