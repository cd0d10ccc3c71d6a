"""What the page shows to a browser without JavaScript: the latest messages, and a form."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chat.models import Message
from chat.protocol.frames import MAX_SEQ, Person
from chat.views.author_look import HUES, initial_of, look_of

SHOWN = 30  # messages; every page carries them, also where JavaScript will fetch its own


@dataclass(frozen=True, slots=True)
class PostForm:
    """How the page's forms are filled in. The id goes with the text: sent twice, it is posted
    once."""

    client_message_id: UUID
    name: str
    body: str = ""
    refusal: str = ""
    asks_name: bool = False  # the name is an open field: a first visit, or a form that had one
    date_refusal: str = ""  # of the form that goes to a day


@dataclass(frozen=True, slots=True)
class Row:
    """A message, and what of its surroundings is said with it."""

    message: Message
    day: datetime.date | None  # set on the first of its day
    introduced: bool
    mine: bool

    @property
    def initial(self) -> str:
        return initial_of(self.message.author_name)

    @property
    def hue(self) -> int:
        return look_of(self.message.author_id) % HUES

    @property
    def tone(self) -> int:
        return look_of(self.message.author_id) // HUES


@dataclass(frozen=True, slots=True)
class PlainPage:
    """Some messages, and the seqs at which the pages before and after them begin."""

    rows: list[Row]
    earlier: int | None
    later: int | None


def plain_page(slug: str, reader: Person, at: int | None) -> PlainPage:
    """The messages of a room from the seq `at` on, or the newest; oldest first."""
    said = Message.objects.filter(room__slug=slug)
    if at is None:
        messages = list(said.before(MAX_SEQ)[:SHOWN])[::-1]
    else:
        messages = list(said.since(at)[:SHOWN])
    if not messages:
        return PlainPage([], None, None)
    before = list(said.before(messages[0].seq).values_list("seq", flat=True)[:SHOWN])
    after = said.since(messages[-1].seq + 1).values_list("seq", flat=True).first() if at else None
    return PlainPage(_rows(messages, reader), before[-1] if before else None, after)


def _rows(messages: Iterable[Message], reader: Person) -> list[Row]:
    rows: list[Row] = []
    for message in messages:
        last = rows[-1].message if rows else None
        day = message.posted_at.date()
        new_day = last is None or last.posted_at.date() != day
        introduced = new_day or last is None or _voice(last) != _voice(message)
        mine = message.author_id == reader.author_id
        rows.append(Row(message, day if new_day else None, introduced, mine))
    return rows


def _voice(message: Message) -> tuple[str, str]:
    return message.author_id, message.author_name
