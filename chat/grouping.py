"""Grouping of messages by day, author and minute, as js/messages/grouping.js does it: what the
server renders looks the same when the page's modules take over.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.models import Message

PAUSE = timedelta(minutes=10)  # after which an author's name is shown again


@dataclass(slots=True)
class Row:
    """A message, and what is shown with it because of its neighbours."""

    message: Message
    day: datetime.date | None  # in UTC; set on the first of its day
    introduced: bool  # its author is named
    timed: bool = True  # False where the next one in its group has the same minute


def group_messages(messages: Iterable[Message]) -> Iterator[Row]:
    """A row for each message, in their order; holds one back at a time."""
    last: Row | None = None
    for message in messages:
        row = _row_after(last, message)
        if last:
            last.timed = row.introduced or _minute(last.message) != _minute(message)
            yield last
        last = row
    if last:
        yield last


def _row_after(last: Row | None, message: Message) -> Row:
    day = message.posted_at.date()
    if last is None or last.message.posted_at.date() != day:
        return Row(message, day, introduced=True)
    before = last.message
    same_author = (before.author_id, before.author_name) == (message.author_id, message.author_name)
    paused = message.posted_at - before.posted_at > PAUSE
    return Row(message, None, introduced=not same_author or paused)


def _minute(message: Message) -> datetime.datetime:
    return message.posted_at.replace(second=0, microsecond=0)
