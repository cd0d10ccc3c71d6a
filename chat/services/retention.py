"""Delete what a room has kept for long enough. Its head and its numbers stay as they are."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from chat.models import Message, Room

BATCH = 500  # messages of one transaction
PAUSE = 0.02  # seconds between two: posts that wait to be written go first


def prune_messages(*, room: Room, before: datetime) -> int:
    """Delete the room's messages said before that time; returns how many.

    Readers with any cursor go on: they get what is left, in order. Processes that remember
    recent messages see `pruned_upto` within seconds and forget what is gone.
    """
    pruned = 0
    while old := _oldest(room, before):
        with transaction.atomic():
            Message.objects.filter(pk__in=[message.pk for message in old]).delete()
            latest = max(message.changed_seq for message in old)
            # Not max() in Python: somebody else may prune at the same time.
            Room.objects.filter(pk=room.pk).update(pruned_upto=Greatest(F("pruned_upto"), latest))
        pruned += len(old)
        time.sleep(PAUSE)
    return pruned


def count_messages(*, room: Room, before: datetime) -> int:
    """How many `prune_messages` would delete."""
    return room.messages.filter(posted_at__lt=before).count()


def _oldest(room: Room, before: datetime) -> list[Message]:
    """The next to go. The first in the log are the first said, so no index by time is needed."""
    first = room.messages.order_by("seq").only("pk", "changed_seq", "posted_at")[:BATCH]
    return [message for message in first if message.posted_at < before]
