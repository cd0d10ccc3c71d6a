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
from chat.live.log_entries import Entry, LoggedSweep
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

    def __init__(self, after: int, head: int, entries: Sequence[Entry]) -> None:
        self.after = after
        self.head = head
        self.changes = [each for each in entries if isinstance(each, Change)]
        messages: list[Any] = [change.message for change in self.changes]  # encoded already
        sweeps = [each.sweep for each in entries if isinstance(each, LoggedSweep)]
        self.text = SharedText(encode(RoomChanged(after, head, messages, sweeps)))
        self._posts: list[SharedText] | None = None

    def posts(self) -> list[SharedText]:
        """The bodies of the messages that it posts, for readers of plain text; not those that have
        been removed since."""
        if self._posts is None:
            bodies = [body_of(each) for each in self.changes if each.is_post]
            self._posts = [body for body in bodies if body.text]
        return self._posts


def body_of(change: Change) -> SharedText:
    """The message's body; empty if it was deleted."""
    return SharedText(msgspec.json.decode(change.message, type=_Body).body)


def split_into_frames(after: int, head: int, entries: Iterable[Entry]) -> list[Frame]:
    """Frames of at most MAX_FRAME_OUT bytes that lead from `after` to `head`; at least one."""
    frames: list[Frame] = []
    page: list[Entry] = []
    size = ENVELOPE
    for entry in entries:
        length = _length(entry) + 1
        if page and size + length > MAX_FRAME_OUT:
            frames.append(Frame(after, page[-1].seq, page))
            after, page, size = page[-1].seq, [], ENVELOPE
        page.append(entry)
        size += length
    frames.append(Frame(after, head, page))
    return frames


def _length(entry: Entry) -> int:
    return len(entry.message if isinstance(entry, Change) else encode(entry.sweep))


class ReplayBuffer:
    """The newest version of each message that was changed in (floor, head], and of the newest
    messages, and the sweeps there. An older version is dropped as soon as there is a newer one:
    what was deleted, edited or swept is not sent any more."""

    def __init__(
        self, floor: int, head: int, changes: Iterable[Entry], newest: Iterable[Change] = ()
    ) -> None:
        """`changes` are the entries in (floor, head], in order, as after all sweeps; `newest` are
        the newest messages."""
        self.floor = floor
        self.head = head
        # By the seq of the message, or minus that of the sweep; the latest last.
        self._changes: OrderedDict[int, Entry] = OrderedDict()
        self._newest = {change.message_seq: change for change in newest}  # PAGE or more messages
        self._bytes = 0
        self.cached_frames: dict[int, list[Frame]] = {}
        self._page: list[Frame] | None = None
        self._cached_bytes = 0
        for change in changes:
            self._keep(change)
        self._evict()

    def extend(self, head: int, changes: Iterable[Entry]) -> None:
        """Append the entries in (self.head, head].

        What exceeds the limits is evicted first: readers have had a pass to read the last changes.
        """
        self._evict()
        for change in changes:
            if change.seq > self.head:
                self._keep(change)
                if isinstance(change, LoggedSweep):
                    self._apply(change)
        self.head = head
        self.cached_frames.clear()
        self._page = None
        self._cached_bytes = 0

    def replaced(
        self, floor: int, upto: int, changes: Iterable[Entry], newest: Iterable[Change]
    ) -> ReplayBuffer:
        """A buffer with `changes`, all those in (floor, upto], and those after `upto` from here.

        Reading them takes time. If what follows `upto` has been evicted meanwhile, joining the two
        would leave a gap, and after a sweep nobody can tell which of them was read without it:
        then this buffer stays, which is newer than what was read. A message that has been changed
        after `upto` stays here as it is, until that change is released.
        """
        if self.floor > upto or any(-seq > upto for seq in self._changes):
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

    def seqs_covered_by(self, sweep: LoggedSweep) -> list[int]:
        """The messages here that are in its range."""
        return [seq for seq in {*self._changes, *self._newest} if sweep.covers(seq)]

    def _keep(self, change: Entry) -> None:
        if isinstance(change, LoggedSweep):
            self._changes[-change.seq] = LoggedSweep(change.seq, change.sweep)
            self._bytes += _length(change)
            return
        seq = change.message_seq
        if change.seq != seq and (outdated := self._changes.pop(seq, None)):
            self._bytes -= _length(outdated)
        self._changes[seq] = change
        self._bytes += len(change.message)
        self._newest[seq] = change
        if len(self._newest) > 2 * PAGE:
            self._newest = {seq: self._newest[seq] for seq in sorted(self._newest)[-PAGE:]}

    def _apply(self, sweep: LoggedSweep) -> None:
        """Drop the texts of the messages that were swept, or take those that were restored."""
        if sweep.sweep.on:
            there = {**self._changes, **self._newest}.values()
            removed = (sweep.removed(each) for each in there if isinstance(each, Change))
            versions = [each for each in removed if each]
        else:  # what has been changed since comes with that change
            versions = [each for each in sweep.restored if each.seq < sweep.seq]
        for change in versions:
            seq = change.message_seq
            if outdated := self._changes.get(seq):
                self._changes[seq] = change
                self._bytes += len(change.message) - _length(outdated)
            if seq in self._newest:
                self._newest[seq] = change

    def _evict(self) -> None:
        while len(self._changes) > MAX_CHANGES or (
            self._bytes > MAX_BYTES and len(self._changes) > 1
        ):
            _, oldest = self._changes.popitem(last=False)
            self._bytes -= _length(oldest)
            self.floor = oldest.seq
