"""Removing a message, and restoring it while its text is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from chat.models import Act, Message, Reaction, RemovedText
from chat.models.reaction import as_stored
from chat.protocol import moderation as wire
from chat.protocol.errors import Deleted, NotFound
from chat.services.moderation import reports
from chat.services.moderation.members import add_written
from chat.services.moderation.work import Work

UNDO_MINUTES = 10  # for which the text of a removed message is kept
KEPT = timedelta(minutes=UNDO_MINUTES)
STATE = ("changed_seq", "body", "deleted_at", "removed", "reactions")


def remove_message(work: Work, entry: Act, act: wire.RemoveMessage) -> None:
    """Remove somebody's message: a deletion that can be undone."""
    message = Message.objects.filter(room=work.room, seq=act.seq).first()
    if message is None:
        raise NotFound
    work.require_above(message.author_id)
    if message.deleted_at:
        raise Deleted
    entry.target_id, entry.target_name = message.author_id, message.author_name
    entry.seq = message.seq
    entry.save()
    RemovedText.objects.create(message=message, act=entry, body=message.body, removed_at=work.now)
    message.body, message.reactions = "", ""
    message.deleted_at, message.removed = work.now, True
    message.changed_seq = work.next_seq()
    work.changed(message)
    message.save(update_fields=STATE)
    add_written(work, message.author_id, -1)
    reports.settle([message.pk], work.now)


def restore_message(work: Work, entry: Act) -> None:
    """Put back the text and the reactions."""
    kept = RemovedText.objects.select_related("message").get(act=entry)
    message = kept.message
    message.body, message.deleted_at, message.removed = kept.body, None, False
    message.reactions = as_stored(Reaction.objects.counts(message))
    message.changed_seq = work.next_seq()
    work.changed(message)
    message.save(update_fields=STATE)
    kept.delete()
    add_written(work, message.author_id, 1)
    reports.unsettle([message.pk], entry.at)


def can_restore(entry: Act, now: datetime) -> bool:
    """Whether there still is something to restore. The author may have deleted it meanwhile, and
    the previous release deletes old messages without these texts."""
    kept = RemovedText.objects.filter(act=entry, message__removed=True)
    return now <= entry.at + KEPT and kept.exists()
