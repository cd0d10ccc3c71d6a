"""The messages that a client shows, as frames and sweeps say. Pure."""

from __future__ import annotations

from collections import defaultdict


class Timeline:
    """Messages by seq, each as of its newest version; what a sweep removed has no words here."""

    def __init__(self):
        self.messages = {}
        self._sweeps = defaultdict(list)  # by author, the latest last

    def take(self, row):
        """Accept a message as somebody sent it, which may be an older version."""
        held = self.messages.get(row.seq)
        if held is None or held.changed_seq <= row.changed_seq:
            self.messages[row.seq] = self._after_sweeps(row)

    def apply(self, sweep):
        """Returns the seqs of the messages whose words have to be read again."""
        theirs = self._sweeps[sweep.author_id]
        if theirs and theirs[-1].seq >= sweep.seq:
            return []  # before a reconnect
        theirs.append(sweep)
        covered = [row for row in self.messages.values() if sweep.covers(row)]
        if not sweep.on:
            return [row.seq for row in covered if row.removed]
        for row in covered:
            if not row.deleted:
                self.messages[row.seq] = row.swept()
        return []

    def _after_sweeps(self, row):
        """Where several cover it, the latest one counts."""
        latest = next(
            (each for each in reversed(self._sweeps.get(row.author_id, ())) if each.covers(row)),
            None,
        )
        return row.swept() if latest and latest.on and not row.deleted else row
