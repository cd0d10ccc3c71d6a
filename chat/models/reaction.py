"""A person's reaction to a message. The message keeps the counts, as they go on the wire."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
from django.db import models
from django.db.models.functions import RowNumber

from chat.models.message import Message
from chat.protocol import frames


def as_stored(counts: list[frames.Reaction]) -> str:
    """What `Message.reactions` holds for these."""
    return msgspec.json.encode(counts).decode() if counts else ""


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def counts(self, message: Message) -> list[frames.Reaction]:
        """The kinds of reactions to `message`, in the order of their first use."""
        return self.filter(message=message).counts_by_message().get(message.pk, [])

    def counts_by_message(self) -> dict[int, list[frames.Reaction]]:
        """The kinds of reactions to each message, in the order of their first use."""
        found: dict[int, dict[str, frames.Reaction]] = defaultdict(dict)
        # A kind's first reaction has the lowest id of those that are left, too.
        for each in self.first_of_each(frames.MAX_REACTION_AUTHORS):
            new = frames.Reaction(each.emoji, each.total, [])
            found[each.message_id].setdefault(each.emoji, new).author_ids.append(each.author_id)
        return {message_id: list(kinds.values()) for message_id, kinds in found.items()}

    def first_of_each(self, limit: int) -> models.QuerySet[Any]:
        """The first `limit` reactions of each kind to each message, in the order in which people
        reacted; `total` of each is how many of its kind there are."""
        of_a_kind = ["message_id", "emoji"]
        return (
            self.annotate(
                place=models.Window(RowNumber(), partition_by=of_a_kind, order_by="id"),
                total=models.Window(models.Count("id"), partition_by=of_a_kind),
            )
            .filter(place__lte=limit)
            .order_by("id")
        )


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
