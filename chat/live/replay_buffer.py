"""The end of a room's log in memory, encoded, and the frames that bring readers up to date.

Pure: no I/O, no tasks. What has been evicted is in the log.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct

from chat.channel.announcements import Change
from chat.live.prepared_text import SharedText
from chat.protocol.frames import ENVELOPE, MAX_FRAME_OUT, PAGE, RoomChanged, encode

MAX_CHANGES = 512
MAX_BYTES = 1024 * 1024  # of one room, in addition to the messages that newcomers get
MAX_CURSORS = 64  # readers' positions whose frames are cached
MAX_CACHED_BYTES = 2 * MAX_BYTES  # of cached frames, give or take the last one


class _Body(Struct):
    body: str


class Frame:
    """A `room.changed` frame. Its reader is at `head` afterwards."""

    __slots__ = ("_posts", "after", "changes", "head", "text")

    def __init__(self, after: int, head: int, changes: Sequence[Change]) -> None:
        messages: list[Any] = [change.message for change in changes]  # encoded already
        self.after = after
        self.head = head
        self.changes = changes
        self.text = SharedText(encode(RoomChanged(after, head, messages)))
        self._posts: list[SharedText] | None = None

    def posts(self) -> list[SharedText]:
        """The bodies of the messages that it posts, for readers of plain text."""
        if self._posts is None:
            self._posts = [body_of(each) for each in self.changes if each.is_post]
        return self._posts


def body_of(change: Change) -> SharedText:
    """The message's body; empty if it was deleted."""
    return SharedText(msgspec.json.decode(change.message, type=_Body).body)


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
    """The newest version of each message that was changed in (floor, head], and of the newest
    messages. An older version is dropped as soon as there is a newer one: what was deleted or
    edited is not sent any more."""

    def __init__(
        self, floor: int, head: int, changes: Iterable[Change], newest: Iterable[Change] = ()
    ) -> None:
        """`changes` are those in (floor, head], in order; `newest` are the newest messages."""
        self.floor = floor
        self.head = head
        self._changes: OrderedDict[int, Change] = OrderedDict()  # by message, the latest last
        self._newest = {change.message_seq: change for change in newest}  # PAGE or more messages
        self._bytes = 0
        self.cached_frames: dict[int, list[Frame]] = {}
        self._page: list[Frame] | None = None
        self._cached_bytes = 0
        for change in changes:
            self._keep(change)
        self._evict()

    def extend(self, head: int, changes: Iterable[Change]) -> None:
        """Append the changes in (self.head, head].

        What exceeds the limits is evicted first: readers have had a pass to read the last changes.
        """
        self._evict()
        for change in changes:
            if change.seq > self.head:
                self._keep(change)
        self.head = head
        self.cached_frames.clear()
        self._page = None
        self._cached_bytes = 0

    def replaced(
        self, floor: int, upto: int, changes: Iterable[Change], newest: Iterable[Change]
    ) -> ReplayBuffer:
        """A buffer with `changes`, all those in (floor, upto], and those after `upto` from here.

        Reading them takes time. If what follows `upto` has been evicted meanwhile, joining the two
        would leave a gap: then this buffer stays, which is newer than what was read. A message
        that has been changed after `upto` stays here as it is, until that change is released.
        """
        if self.floor > upto:
            return self
        known = (
            each if each.seq <= upto else self._newest.get(each.message_seq) for each in newest
        )
        fresh = ReplayBuffer(floor, upto, changes, [each for each in known if each])
        fresh.extend(self.head, self._changes.values())
        return fresh

    def frames_after(self, cursor: int) -> list[Frame] | None:
        """The frames from `cursor` to `head`, built once for all readers there; None when the
        cursor lies below what is in memory."""
        if cursor < self.floor:
            return None
        frames = self.cached_frames.get(cursor)
        if frames is None:
            # From the end: most readers need only the last few of hundreds.
            latest_first = reversed(self._changes.values())
            missed = list(takewhile(lambda change: change.seq > cursor, latest_first))
            frames = split_into_frames(cursor, self.head, reversed(missed))
            if len(self.cached_frames) < MAX_CURSORS and self._cached_bytes < MAX_CACHED_BYTES:
                self.cached_frames[cursor] = frames
                self._cached_bytes += sum(len(frame.text.text) for frame in frames)
        return frames

    def page_frames(self) -> list[Frame]:
        """The frames for a newcomer, who gets the newest PAGE messages, built once for all."""
        if self._page is None:
            newest = [self._newest[seq] for seq in sorted(self._newest)[-PAGE:]]
            after = newest[0].message_seq - 1 if len(newest) == PAGE else 0
            newest.sort(key=attrgetter("seq"))
            self._page = split_into_frames(after, self.head, newest)
        return self._page

    def _keep(self, change: Change) -> None:
        seq = change.message_seq
        if change.seq != seq and (outdated := self._changes.pop(seq, None)):
            self._bytes -= len(outdated.message)
        self._changes[seq] = change
        self._bytes += len(change.message)
        self._newest[seq] = change
        if len(self._newest) > 2 * PAGE:
            self._newest = {seq: self._newest[seq] for seq in sorted(self._newest)[-PAGE:]}

    def _evict(self) -> None:
        while len(self._changes) > MAX_CHANGES or (
            self._bytes > MAX_BYTES and len(self._changes) > 1
        ):
            _, oldest = self._changes.popitem(last=False)
            self._bytes -= len(oldest.message)
            self.floor = oldest.seq
