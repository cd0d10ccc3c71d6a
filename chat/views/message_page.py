"""The messages that the server writes into a room's page: the latest, or those from a seq on."""

from __future__ import annotations

from dataclasses import dataclass

from chat.drawn_messages import DrawnMessage, drawn_messages
from chat.models import Message
from chat.protocol.frames import MAX_SEQ

SHOWN = 30  # messages; every page has them, although JavaScript fetches its own


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, and the seqs at which the pages before and after them begin."""

    messages: list[DrawnMessage]
    at: int | None  # the seq that was asked for
    earlier: int | None
    later: int | None


def message_page(slug: str, at: int | None) -> MessagePage:
    """The messages of a room from the seq `at` on, or the newest; oldest first."""
    posted = Message.objects.filter(room__slug=slug)
    if at is None:
        messages = list(posted.before(MAX_SEQ)[:SHOWN])[::-1]
    else:
        messages = list(posted.since(at)[:SHOWN])
    if not messages:
        return MessagePage([], at, None, None)
    before = list(posted.before(messages[0].seq).values_list("seq", flat=True)[:SHOWN])
    after = posted.since(messages[-1].seq + 1).values_list("seq", flat=True).first() if at else None
    earlier = before[-1] if before else None
    return MessagePage(list(drawn_messages(messages)), at, earlier, after)
