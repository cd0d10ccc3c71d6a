"""A message's `reactions` are what its rows say: they are made anew, not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

from django.db.models import Exists, OuterRef

from chat.archive.tables import CHUNK
from chat.models import Message, Reaction, RemovedText
from chat.models.reaction import as_stored
from chat.protocol import frames


def rebuild_reactions(alias: str) -> None:
    """Give every message in the database the `reactions` that its rows say. A deleted message has
    none, and loses rows that a copy has for it, unless a moderator removed it and can restore it.
    """
    messages = Message.objects.using(alias)
    every = Reaction.objects.using(alias)
    restorable = RemovedText.objects.using(alias).filter(message=OuterRef("message"))
    every.filter(~Exists(restorable), message__deleted_at__isnull=False).delete()
    rows = every.filter(message__deleted_at=None)
    theirs = rows.filter(message=OuterRef("pk"))
    messages.exclude(reactions="").filter(~Exists(theirs)).update(reactions="")
    counted = _counted(
        rows.order_by("message_id", "id")
        .values_list("message_id", "emoji", "author_id")
        .iterator(CHUNK)
    )
    while some := dict(islice(counted, CHUNK)):
        for message in messages.filter(pk__in=some).only("reactions"):
            if message.reactions != some[message.pk]:
                message.reactions = some[message.pk]
                message.save(using=alias, update_fields=["reactions"])


def _counted(rows: Iterator[tuple[int, str, str]]) -> Iterator[tuple[int, str]]:
    """(key of a message, its reactions) for each; `rows` come message by message."""
    for key, theirs in groupby(rows, itemgetter(0)):
        authors: dict[str, list[str]] = {}
        for _, emoji, author_id in theirs:
            authors.setdefault(emoji, []).append(author_id)
        yield (
            key,
            as_stored(
                [
                    frames.Reaction(emoji, len(ids), ids[: frames.MAX_REACTION_AUTHORS])
                    for emoji, ids in authors.items()
                ]
            ),
        )
