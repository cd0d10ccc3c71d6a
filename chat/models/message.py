"""A message: posted once, at its `seq`; stored as of its latest change."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import models
from django.utils import timezone

from chat.models.room import Room
from chat.protocol import frames

CLOCKS_DIFFER = timedelta(days=1)  # at most, unless one of them is wrong
EDIT_GRACE = timedelta(seconds=30)  # for edits on their way when the time is up

_reactions = msgspec.json.Decoder(list[frames.Reaction])


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
    # What has happened to it since. The previous release may be serving beside this one: it knows
    # none of these columns, so all of them are nullable or have a default in the database.
    reply_to_seq = models.BigIntegerField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    reactions = models.TextField(blank=True, default="", db_default="")  # as on the wire, or empty
    removed = models.BooleanField(default=False, db_default=False)  # deleted by a moderator

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "seq"], name="message_once_per_seq"),
            models.UniqueConstraint(
                fields=["room", "client_message_id"], name="message_once_per_idempotency_key"
            ),
            models.CheckConstraint(
                condition=models.Q(reply_to_seq__lt=models.F("seq")),
                name="message_reply_to_earlier",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at=None) | models.Q(body=""),
                name="message_deleted_is_empty",
            ),
        )
        indexes = (models.Index(fields=["room", "changed_seq"], name="message_changed_after"),)

    def __str__(self) -> str:
        return f"{self.room_id}/{self.seq}"

    def can_be_edited(self, now: datetime) -> bool:
        """Whether EDIT_MINUTES have not passed yet; 0 means forever."""
        window = timedelta(minutes=settings.EDIT_MINUTES)
        return not window or now <= self.posted_at + window + EDIT_GRACE

    @property
    def reaction_counts(self) -> list[frames.Reaction]:
        """The kinds of reactions that it has."""
        return _reactions.decode(self.reactions) if self.reactions else []

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
            reply_to_seq=self.reply_to_seq,
            edited_at=frames.timestamp(self.edited_at) if self.edited_at else None,
            deleted_at=frames.timestamp(self.deleted_at) if self.deleted_at else None,
            reactions=self.reaction_counts,
            removed=self.removed,
        )
