"""Puts the announcements of one room's log in order. Pure: no I/O, no tasks."""

from __future__ import annotations

from collections.abc import Iterable

from chat.channel.announcements import Announcement
from chat.live.log_entries import Entry

MAX_OUT_OF_ORDER = 100  # announcements kept; what is beyond is read from the log


class Sequencer:
    """Releases each change of a log once, in `seq` order.

    Announcements may come in any order, repeatedly or not at all. One that does not follow on
    waits for those before it; if they do not come, `missing` says what to read from the log.
    """

    def __init__(self, head: int) -> None:
        self.head = head  # everything up to here has been released
        self._highest_known = head
        self._out_of_order: dict[tuple[int, int], Announcement] = {}  # by their (after, head]

    @property
    def missing(self) -> range | None:
        """The log numbers to read from the database, or None."""
        return range(self.head + 1, self._highest_known + 1) or None

    def offer(self, announcement: Announcement) -> list[Entry]:
        """The changes that are now next in order; empty while one is missing."""
        after, head, changes = announcement.after, announcement.head, announcement.changes
        self.note_head(head)
        if changes is not None and after <= self.head:
            return self.fill(head, changes)
        if changes is not None and len(self._out_of_order) < MAX_OUT_OF_ORDER:
            self._out_of_order[after, head] = announcement
        return []

    def note_head(self, head: int) -> None:
        """The log is known to reach `head`."""
        self._highest_known = max(self._highest_known, head)

    def fill(self, upto: int, changes: Iterable[Entry]) -> list[Entry]:
        """Accept `changes`, which are all those from here to `upto`. Returns those that are next
        in order, with the ones that waited for them."""
        released = self._advance(upto, changes)
        while following := [key for key in self._out_of_order if key[0] <= self.head]:
            waited = self._out_of_order.pop(following[0])
            released += self._advance(waited.head, waited.changes or [])
        return released

    def _advance(self, head: int, changes: Iterable[Entry]) -> list[Entry]:
        new = [change for change in changes if change.seq > self.head]
        self.head = max(self.head, head)
        self.note_head(head)
        return new
