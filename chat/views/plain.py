"""What the page shows to a browser without JavaScript: the latest messages, and a form."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from chat.models import Message
from chat.protocol import MAX_SEQ, Person

SHOWN = 30  # messages; every page carries them, also where JavaScript will fetch its own


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form as it is to be filled in. The id goes with the text: sent twice, it is posted once."""

    client_message_id: UUID
    name: str
    body: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A message, and what of its surroundings is said with it."""

    message: Message
    day: datetime.date | None  # set on the first of its day
    introduced: bool
    mine: bool


def latest_rows(slug: str, reader: Person) -> list[Row]:
    """The newest messages of a room, oldest first."""
    newest_first = Message.objects.filter(room__slug=slug).before(MAX_SEQ)[:SHOWN]
    rows: list[Row] = []
    for message in reversed(newest_first):
        last = rows[-1].message if rows else None
        day = message.posted_at.date()
        new_day = last is None or last.posted_at.date() != day
        introduced = new_day or last is None or _voice(last) != _voice(message)
        mine = message.author_id == reader.author_id
        rows.append(Row(message, day if new_day else None, introduced, mine))
    return rows


def _voice(message: Message) -> tuple[str, str]:
    return message.author_id, message.author_name
