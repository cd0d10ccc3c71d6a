"""The messages of one room as the server draws them: grouped, each with the message that it
replies to and with the people who reacted. The text of a quote is the target's as it stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import ngettext

from chat.formatting import excerpt, parse, plain_text
from chat.grouping import Row, group_messages
from chat.models import Message, Reaction
from chat.protocol import frames

CHUNK = 500  # rows whose targets and reactions are read together
MAX_QUOTE = 120  # characters


@dataclass(frozen=True, slots=True)
class Quote:
    """What a reply shows of its target; `target` is None where that is no longer kept."""

    seq: int
    target: Message | None

    @property
    def excerpt(self) -> str:
        """One line of the target's text; empty if it was deleted."""
        if self.target is None:
            return ""
        return excerpt(plain_text(parse(self.target.body)).replace("\n", " "), MAX_QUOTE)


@dataclass(frozen=True, slots=True)
class ReactionShown:
    """One kind of reaction, with the names of the first people."""

    emoji: str
    count: int
    names: Sequence[str]

    @property
    def who(self) -> str:
        """The names, and how many others there are."""
        names = ", ".join(self.names)
        others = self.count - len(self.names)
        if not others:
            return names
        text = ngettext("{names} and {count} other", "{names} and {count} others", others)
        return text.format(names=names, count=others)


@dataclass(frozen=True, slots=True)
class DrawnMessage:
    """A message with everything that is shown with it."""

    row: Row
    quote: Quote | None
    reactions: Sequence[ReactionShown]


def drawn_messages(messages: Iterable[Message]) -> Iterator[DrawnMessage]:
    """The messages of one room, in their order. Costs at most two queries for each CHUNK."""
    rows = group_messages(messages)
    while chunk := list(islice(rows, CHUNK)):
        given = [row.message for row in chunk]
        quotes, names = _quotes(given), _names(given)
        for row in chunk:
            message = row.message
            reactions = [
                ReactionShown(each.emoji, each.count, names.get((message.pk, each.emoji), ()))
                for each in message.reaction_counts
            ]
            yield DrawnMessage(row, quotes.get(_quoted_seq(message)), reactions)


def quote_of(slug: str, seq: int) -> Quote:
    """The quote of a room's message at `seq`, for a reply that is being written."""
    return Quote(seq, Message.objects.filter(room__slug=slug, seq=seq).first())


def _quotes(messages: Sequence[Message]) -> dict[int | None, Quote]:
    """By `reply_to_seq`. Targets are mostly near: those among `messages` are not read again."""
    targets = {each.seq: each for each in messages}
    seqs = {seq for each in messages if (seq := _quoted_seq(each)) is not None}
    if absent := seqs - targets.keys():
        stored = Message.objects.filter(room_id=messages[0].room_id, seq__in=absent)
        targets |= {each.seq: each for each in stored}
    return {seq: Quote(seq, targets.get(seq)) for seq in seqs}


def _quoted_seq(message: Message) -> int | None:
    """The message that it shows a quote of, as in js/messages/message_view.js: a deleted message
    shows none."""
    return None if message.deleted_at else message.reply_to_seq


def _names(messages: Sequence[Message]) -> dict[tuple[int, str], list[str]]:
    """The names of the first people of each kind, by message and emoji."""
    reacted_to = [each.pk for each in messages if each.reactions]
    names: dict[tuple[int, str], list[str]] = {}
    theirs = Reaction.objects.filter(message_id__in=reacted_to)
    for reaction in theirs.first_of_each(frames.MAX_REACTION_AUTHORS) if reacted_to else ():
        names.setdefault((reaction.message_id, reaction.emoji), []).append(reaction.author_name)
    return names
