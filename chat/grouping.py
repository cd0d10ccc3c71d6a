"""Grouping of messages by day, author and minute, as js/messages/grouping.js does it: what the
server renders looks the same when the page's modules take over.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.models import Message

PAUSE = timedelta(minutes=10)  # after which an author's name is shown again


@dataclass(slots=True)
class Row:
    """A message, and what is shown with it because of its neighbours; or deleted messages that
    follow one another."""

    message: Message
    day: datetime.date | None  # in UTC; set on the first of its day
    introduced: bool  # its author is named
    timed: bool = True  # False where the next one in its group has the same minute
    folded: list[int] = field(default_factory=list)  # the seqs of deleted messages after `message`
    mixed: bool = False  # those are not all of one author, so nobody is named
    removed: bool = False  # all of them by moderators

    @property
    def deleted_count(self) -> int:
        """How many deleted messages this is; 0 for one that was not deleted."""
        return 1 + len(self.folded) if self.message.deleted_at else 0


def group_messages(messages: Iterable[Message]) -> Iterator[Row]:
    """A row for each message, in their order, but one for deleted ones in a row; holds one row
    back at a time."""
    last: Row | None = None
    before: Message | None = None
    for message in messages:
        same_day = before is not None and before.posted_at.date() == message.posted_at.date()
        if last and before and same_day and before.deleted_at and message.deleted_at:
            _fold(last, message)
        else:
            row = _row_after(last, before if same_day else None, message)
            if last and before:
                last.timed = row.introduced or _minute(before) != _minute(message)
                yield last
            last = row
        before = message
    if last:
        yield last


def _row_after(last: Row | None, before: Message | None, message: Message) -> Row:
    """`before` is the message before it on the same day."""
    if last is None or before is None:
        return Row(message, message.posted_at.date(), introduced=True, removed=message.removed)
    paused = message.posted_at - before.posted_at > PAUSE
    same_author = not last.mixed and _author(before) == _author(message)
    introduced = not same_author or paused
    return Row(message, None, introduced=introduced, removed=message.removed)


def _fold(row: Row, message: Message) -> None:
    row.folded.append(message.seq)
    row.removed = row.removed and message.removed
    row.mixed = row.mixed or _author(row.message) != _author(message)
    row.introduced = row.introduced and not row.mixed


def _author(message: Message) -> tuple[str, str]:
    return message.author_id, message.author_name


def _minute(message: Message) -> datetime.datetime:
    return message.posted_at.replace(second=0, microsecond=0)
