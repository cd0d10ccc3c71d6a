"""A message: posted once, at its `seq`; stored as of its latest change."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from chat.models.room import Room
from chat.protocol import frames

CLOCKS_DIFFER = timedelta(days=1)  # at most, unless one of them is wrong


def stamped_ahead() -> models.Q:
    """Messages from the future: the server that stored them had a wrong clock."""
    return models.Q(posted_at__gt=timezone.now() + CLOCKS_DIFFER)


class MessageQuerySet(models.QuerySet["Message"]):
    def changed_after(self, seq: int, *, upto: int) -> MessageQuerySet:
        """What a reader at cursor `seq` lacks of a log whose head is `upto`, in order."""
        return self.filter(changed_seq__gt=seq, changed_seq__lte=upto).order_by("changed_seq")

    def before(self, seq: int) -> MessageQuerySet:
        """The messages before `seq`, newest first."""
        return self.filter(seq__lt=seq).order_by("-seq")

    def since(self, seq: int) -> MessageQuerySet:
        """The message at `seq` and those after it, oldest first."""
        return self.filter(seq__gte=seq).order_by("seq")

    def first_posted_since(self, moment: datetime) -> Message | None:
        """The first message of one room that was posted at `moment` or later.

        Within a room `posted_at` grows with `seq`, so this is a binary search over the index of
        seqs: some twenty reads in a room of a million messages, and no other index to write.

        Where a server's clock was wrong it does not grow. Messages from the future are then left
        out; otherwise the result is one of the places where the times shown go from before
        `moment` to `moment` or later.
        """
        known = self.exclude(stamped_ahead())
        newest = self.before(frames.MAX_SEQ).first()
        low, high = 1, newest.seq + 1 if newest else 1
        while low < high:
            middle = (low + high) // 2
            found = known.since(middle).values_list("seq", "posted_at").first()
            if found is None or found[1] >= moment:
                high = middle
            else:
                low = found[0] + 1
        return known.since(low).first()


class Message(models.Model):
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    changed_seq = models.BigIntegerField()
    author_id = models.CharField(max_length=32)
    author_name = models.CharField(max_length=frames.MAX_NAME)
    client_message_id = models.UUIDField()
    body = models.TextField()
    posted_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "seq"], name="message_once_per_seq"),
            models.UniqueConstraint(
                fields=["room", "client_message_id"], name="message_once_per_idempotency_key"
            ),
        )
        indexes = (models.Index(fields=["room", "changed_seq"], name="message_changed_after"),)

    def __str__(self) -> str:
        return f"{self.room_id}/{self.seq}"

    def as_frame(self) -> frames.Message:
        """The message as it goes on the wire."""
        return frames.Message(
            seq=self.seq,
            changed_seq=self.changed_seq,
            client_message_id=self.client_message_id,
            author_id=self.author_id,
            author_name=self.author_name,
            body=self.body,
            posted_at=frames.timestamp(self.posted_at),
        )
