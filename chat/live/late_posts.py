"""Which changes show a message to a reader for the first time. Pure: no I/O, no tasks."""

from __future__ import annotations

from chat.channel.announcements import Change
from chat.live.replay_buffer import Frame

MAX_PASSED = 1_000  # seqs remembered; of messages that come later still, the others do not come


class LatePosts:
    """The seqs that one reader has passed without a change of theirs.

    Such a seq is that of a change which a later one replaced, or of a message that has been changed
    since and comes later: when its latest change does. Nothing tells the two apart, not even that
    the reader has everything: a message can be changed in the log before its post is read there,
    and that change be announced only afterwards. So the newest are remembered.
    """

    def __init__(self) -> None:
        self._passed: dict[int, None] = {}  # in order

    def __len__(self) -> int:
        return len(self._passed)

    def first_shown_in(self, frame: Frame) -> list[Change]:
        """The changes in the reader's next frame whose messages it has not had before."""
        there = {change.seq for change in frame.changes}
        for seq in range(frame.after + 1, frame.head + 1):
            if seq not in there:
                self._passed[seq] = None
        first = [each for each in frame.changes if each.is_post or self._has_come(each)]
        while len(self._passed) > MAX_PASSED:
            del self._passed[next(iter(self._passed))]
        return first

    def _has_come(self, change: Change) -> bool:
        return self._passed.pop(change.message_seq, 0) is None
