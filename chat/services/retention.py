"""Delete a room's expired messages. The head and the seqs of the others do not change."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest

from chat.models import Message, Pin, RemovedText, Room
from chat.models.message import MessageQuerySet, stamped_ahead
from chat.services.moderation.state import stored_rules

BATCH = 500  # messages of one transaction
PAUSE = 0.02  # seconds between two, so that waiting posts are written first


def prune_messages(*, room: Room, before: datetime) -> int:
    """Delete the room's messages posted before that time; returns how many.

    Every cursor stays valid: readers get the remaining messages, in order. Processes that hold
    recent messages in memory see `pruned_upto` within seconds and drop what was deleted.
    """
    outdated = _outdated(room, before).order_by("seq").only("pk", "seq")
    pruned = after = 0
    while old := list(outdated.filter(seq__gt=after)[:BATCH]):
        with transaction.atomic():
            latest = old[-1].seq
            # Not max() in Python: another process may be pruning at the same time. The room first,
            # which this locks: edits, deletions and reactions lock it before the message that they
            # change, and the other way round the two could deadlock.
            Room.objects.filter(pk=room.pk).update(pruned_upto=Greatest(F("pruned_upto"), latest))
            keys = [message.pk for message in old]
            RemovedText.objects.filter(message_id__in=keys).delete()
            Message.objects.filter(pk__in=keys).delete()
        pruned += len(old)
        after = old[-1].seq
        time.sleep(PAUSE)
    return pruned


def count_messages(*, room: Room, before: datetime) -> int:
    """How many `prune_messages` would delete."""
    return _outdated(room, before).count()


def _outdated(room: Room, before: datetime) -> MessageQuerySet:
    """The messages that have expired, without those that the room keeps because they are pinned.

    `posted_at` is by a server's clock, which can be wrong: an old message may come after newer
    ones. So this looks for the last expired message, not for the first that has not expired. A
    message before it with a time in the future is at least as old.
    """
    messages: MessageQuerySet = room.messages.all()
    last = messages.filter(posted_at__lt=before).aggregate(last=Max("seq"))["last"] or 0
    outdated = messages.filter(Q(posted_at__lt=before) | stamped_ahead(), seq__lte=last)
    if stored_rules(room.rules).keep_pins:
        outdated = outdated.exclude(pk__in=Pin.objects.shown_in(room).values("message_id"))
    return outdated
