"""The entries of a room's log: changes of one message each, and sweeps of many messages at once.
Pure: no I/O."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from chat.channel.announcements import Change, encoded
from chat.protocol.frames import Message, Sweep


class LoggedSweep(Struct, frozen=True):
    """A sweep, or its undoing."""

    seq: int
    sweep: Sweep
    # Of one that was undone: the messages of which memory has no text, as they are now.
    restored: Sequence[Change] = ()

    def covers(self, message_seq: int) -> bool:
        """Whether the message is in its range; its author may be another one."""
        return self.sweep.first <= message_seq <= self.sweep.last

    def removed(self, change: Change) -> Change | None:
        """The change with its message as it is after this; None where it stays as it is."""
        if not self.covers(change.message_seq):
            return None
        message = msgspec.json.decode(change.message, type=Message)
        if message.author_id != self.sweep.author_id or message.deleted_at:
            return None
        gone = {"body": "", "deleted_at": self.sweep.at, "reactions": [], "removed": True}
        return encoded([msgspec.structs.replace(message, **gone)])[0]


Entry = Change | LoggedSweep
