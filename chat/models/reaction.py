"""A person's reaction to a message. The message keeps the counts, as they go on the wire."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db import connection, models
from django.db.models.functions import RowNumber

from chat.models.message import Message
from chat.protocol import frames

# The first of each kind by name, the kinds by their first use. Django's ORM cannot limit rows
# within a group.
COUNTS = f"""
    SELECT emoji, total, author_id FROM (
        SELECT emoji, author_id, id,
            count(*) OVER (PARTITION BY emoji) AS total,
            min(id) OVER (PARTITION BY emoji) AS first_id,
            row_number() OVER (PARTITION BY emoji ORDER BY id) AS place
        FROM chat_reaction WHERE message_id = %s
    ) AS numbered WHERE place <= {frames.MAX_REACTION_AUTHORS} ORDER BY first_id, id
"""


def as_stored(counts: list[frames.Reaction]) -> str:
    """What `Message.reactions` holds for these."""
    return msgspec.json.encode(counts).decode() if counts else ""


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def counts(self, message: Message) -> list[frames.Reaction]:
        """The kinds of reactions to `message`, in the order of their first use."""
        found: dict[str, frames.Reaction] = {}
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, [message.pk])
            for emoji, total, author_id in cursor.fetchall():
                reaction = found.setdefault(emoji, frames.Reaction(emoji, total, []))
                reaction.author_ids.append(author_id)
        return list(found.values())

    def named(self, slug: str, seq: int, *, limit: int) -> Iterable[tuple[str, int, str]]:
        """The first `limit` reactions of each kind to a message, in the order in which people
        reacted: (emoji, number of all of its kind, name)."""
        total = models.Window(models.Count("id"), partition_by="emoji")
        theirs = self.filter(message__room__slug=slug, message__seq=seq).annotate(total=total)
        return theirs.first_of_each(limit).values_list("emoji", "total", "author_name")

    def first_of_each(self, limit: int) -> ReactionQuerySet:
        """The first `limit` reactions of each kind to each message, in the order in which people
        reacted."""
        place = models.Window(RowNumber(), partition_by=["message_id", "emoji"], order_by="id")
        return self.annotate(place=place).filter(place__lte=limit).order_by("id")


class Reaction(models.Model):
    # The database itself deletes reactions with their message, also for the previous release, which
    # does not know of them. The unique constraint's index serves the foreign key too.
    message = models.ForeignKey(
        Message, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    emoji = models.CharField(max_length=frames.MAX_EMOJI_LENGTH)
    author_id = models.CharField(max_length=32)
    author_name = models.CharField(max_length=frames.MAX_NAME)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["message", "emoji", "author_id"], name="reaction_once_per_author"
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.emoji}"
