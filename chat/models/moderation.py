"""Who decides in a room, what they did, and what waits for them.

What refers to a message or a room is deleted with it by the database itself, also for the previous
release, which does not know these tables.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from chat.models.message import Message
from chat.models.room import Room
from chat.protocol import frames, moderation


class Role(models.Model):
    """An owner or a moderator of a room."""

    room = models.ForeignKey(Room, models.DO_NOTHING, related_name="roles", db_index=False)
    author_id = models.CharField(max_length=32)
    name = models.CharField(max_length=frames.MAX_NAME)  # when the role was given
    role = models.CharField(max_length=16, choices={"owner": "Owner", "moderator": "Moderator"})
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "author_id"], name="role_once_per_author"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


class ActQuerySet(models.QuerySet["Act"]):
    def in_force(self, now: datetime) -> ActQuerySet:
        """The mutes and bans that apply at `now`."""
        lasting = models.Q(until=None) | models.Q(until__gt=now)
        return self.filter(lasting, kind__in=["mute", "ban"], undone_at=None)


class HeldMessageQuerySet(models.QuerySet["HeldMessage"]):
    def waiting(self, room: Room) -> HeldMessageQuerySet:
        """The room's messages that wait for a moderator, the oldest first."""
        return self.filter(room=room, declined_at=None).order_by("id")


class ReportQuerySet(models.QuerySet["Report"]):
    def waiting(self, room: Room) -> ReportQuerySet:
        """The room's reports that nobody has settled, the oldest first."""
        return self.filter(message__room=room, settled_at=None).order_by("id")

    def oldest_of_each(self) -> models.QuerySet[Any, int]:
        """The ids of the messages that they are of; the one reported first comes first."""
        by_message = self.order_by().values("message_id").annotate(first=models.Min("id"))
        return by_message.order_by("first").values_list("message_id", flat=True)


class PinQuerySet(models.QuerySet["Pin"]):
    def shown_in(self, room: Room) -> PinQuerySet:
        """The room's pins, but those of removed messages; the one pinned last comes first."""
        shown = self.filter(message__room=room, message__deleted_at=None)
        return shown.order_by("-pinned_at", "-message__seq")


class Act(models.Model):
    """An entry of a room's moderation log. A mute or ban is in force until `until`, if it is set,
    or until it is undone."""

    room = models.ForeignKey(Room, models.DO_NOTHING, related_name="acts", db_index=False)
    key = models.UUIDField()  # the client's `act_id`
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=32, blank=True)  # empty for the server itself, and staff
    by_name = models.CharField(max_length=frames.MAX_NAME, blank=True)
    target_id = models.CharField(max_length=32, blank=True)
    target_name = models.CharField(max_length=frames.MAX_NAME, blank=True)
    seq = models.BigIntegerField(null=True, blank=True)  # of the message
    until = models.DateTimeField(null=True, blank=True)
    # A keyed hash of the network that a ban slows newcomers from; emptied after 30 days.
    network = models.CharField(max_length=32, blank=True)
    detail = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_id = models.CharField(max_length=32, blank=True)
    undone_by_name = models.CharField(max_length=frames.MAX_NAME, blank=True)
    # Of a sweep: the range of messages, and the changes of the log that removed and restored them.
    first = models.BigIntegerField(null=True, blank=True)
    last = models.BigIntegerField(null=True, blank=True)
    swept_seq = models.BigIntegerField(null=True, blank=True)
    restored_seq = models.BigIntegerField(null=True, blank=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["room", "key"], name="act_once_per_key"),)
        indexes = (
            models.Index(fields=["room", "id"], name="act_log"),
            models.Index(fields=["room", "kind", "undone_at"], name="act_in_force"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.target_name or self.seq or ''}"

    def earlier(self, **same: object) -> Act | None:
        """The entry of this kind before this one that is not undone, with the `same` values."""
        return self._of_kind(same).filter(pk__lt=self.pk).order_by("-pk").first()

    def later(self, **same: object) -> ActQuerySet:
        """The entries of this kind after this one that are not undone, with the `same` values."""
        return self._of_kind(same).filter(pk__gt=self.pk)

    def _of_kind(self, same: dict[str, object]) -> ActQuerySet:
        entries: ActQuerySet = Act.objects.filter(
            room_id=self.room_id, kind=self.kind, undone_at=None, **same
        )
        return entries


class RemovedText(models.Model):
    """The text of a message that a moderator removed, for as long as it can be restored.

    Without foreign keys in the database: checking those of thousands of rows takes it as long as
    writing them, and no row stays for more than some minutes.
    """

    message = models.OneToOneField(
        Message, models.DO_NOTHING, related_name="+", primary_key=True, db_constraint=False
    )
    act = models.ForeignKey(Act, models.DO_NOTHING, related_name="+", db_constraint=False)
    body = models.TextField()
    removed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"of {self.message_id}"


class HeldMessage(models.Model):
    """A message that waits for a moderator. It becomes a Message when it is approved; when it is
    declined, its text is emptied and the row stays, so that resending is refused."""

    room = models.ForeignKey(Room, models.DO_NOTHING, related_name="held", db_index=False)
    client_message_id = models.UUIDField()
    author_id = models.CharField(max_length=32)
    author_name = models.CharField(max_length=frames.MAX_NAME)
    body = models.TextField(blank=True)
    reply_to_seq = models.BigIntegerField(null=True, blank=True)
    held_at = models.DateTimeField(default=timezone.now)
    declined_at = models.DateTimeField(null=True, blank=True)

    objects = HeldMessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["room", "client_message_id"], name="held_once_per_idempotency_key"
            ),
        )

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:40]}"


class Report(models.Model):
    """What a person reported of a message."""

    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="reports", db_index=False)
    author_id = models.CharField(max_length=32)  # of who reported it
    author_name = models.CharField(max_length=frames.MAX_NAME)
    reason = models.CharField(max_length=moderation.MAX_REASON, blank=True)
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "author_id"], name="report_once_per_author"),
        )

    def __str__(self) -> str:
        return f"{self.author_name}: {self.reason[:40]}"


class Pin(models.Model):
    """A pinned message."""

    message = models.OneToOneField(Message, models.DO_NOTHING, related_name="pin", primary_key=True)
    pinned_at = models.DateTimeField(default=timezone.now)

    objects = PinQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.message_id)


class Member(models.Model):
    """Somebody who has written in a room, for telling regulars from newcomers."""

    room = models.ForeignKey(Room, models.DO_NOTHING, related_name="members", db_index=False)
    author_id = models.CharField(max_length=32)
    since = models.DateTimeField()  # when they entered the room
    written = models.IntegerField(default=0)  # messages that were not removed
    written_at = models.DateTimeField(
        null=True, blank=True
    )  # the last one, while there is slow mode
    # A keyed hash of the network that they last wrote from; emptied after 30 days.
    network = models.CharField(max_length=32, blank=True)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["room", "author_id"], name="member_once_per_author"),
        )

    def __str__(self) -> str:
        return self.author_id
