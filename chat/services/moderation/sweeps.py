"""Removing everything that somebody wrote in the last hour, as one change of the log.

The rows keep their `changed_seq`: thousands with the same one could not be split into frames. The
entry of the moderation log has the range of messages, and the numbers of the changes.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from chat.models import Act, Reaction, RemovedText
from chat.models.message import MessageQuerySet
from chat.models.reaction import as_stored
from chat.protocol import moderation as wire
from chat.protocol.errors import NotFound
from chat.services.moderation import reports
from chat.services.moderation.members import add_written
from chat.services.moderation.people import known_person
from chat.services.moderation.work import Work

SWEPT = timedelta(hours=1)
KEEP = """
    INSERT INTO chat_removedtext (message_id, act_id, body, removed_at)
    SELECT id, %s, body, %s FROM chat_message
    WHERE room_id = %s AND seq BETWEEN %s AND %s AND author_id = %s AND deleted_at IS NULL
"""
REMOVE = """
    UPDATE chat_message SET body = '', reactions = '', deleted_at = %s, removed = %s
    WHERE id IN (SELECT message_id FROM chat_removedtext WHERE act_id = %s)
"""
RESTORE = """
    UPDATE chat_message SET deleted_at = NULL, removed = %s, body =
        (SELECT body FROM chat_removedtext WHERE message_id = chat_message.id)
    WHERE id IN (SELECT message_id FROM chat_removedtext WHERE act_id = %s)
"""
REACTED = "UPDATE chat_message SET reactions = %s WHERE id = %s"
FORGET = "DELETE FROM chat_removedtext WHERE act_id = %s"


def sweep_messages(work: Work, entry: Act, act: wire.SweepMessages) -> None:
    """Remove the person's messages of the last hour. Raises NotFound if there are none."""
    entry.target_id, entry.target_name = known_person(work.room, act.author_id)
    work.require_above(act.author_id)
    messages: MessageQuerySet = work.room.messages.all()
    start = messages.first_posted_since(work.now - SWEPT)
    theirs = messages.filter(author_id=act.author_id, deleted_at=None)
    found = theirs.filter(seq__gte=start.seq if start else work.room.head + 1).aggregate(
        first=Min("seq"), last=Max("seq"), count=Count("*")
    )
    if not found["count"]:
        raise NotFound(_("They wrote nothing in the last hour."))
    entry.first, entry.last = found["first"], found["last"]
    entry.swept_seq = work.next_seq()
    entry.save()
    now = connection.ops.adapt_datetimefield_value(work.now)
    with connection.cursor() as cursor:
        span = work.room.pk, entry.first, entry.last, entry.target_id
        cursor.execute(KEEP, (entry.pk, now, *span))
        cursor.execute(REMOVE, (now, True, entry.pk))
    add_written(work, entry.target_id, -found["count"])
    reports.settle(_swept(entry), work.now)


def restore_messages(work: Work, entry: Act) -> None:
    """Put back the texts that are still kept, and the reactions."""
    reacted = Reaction.objects.filter(message__in=_swept(entry)).counts_by_message()
    reports.unsettle(_swept(entry), entry.at)
    with connection.cursor() as cursor:
        cursor.execute(RESTORE, (False, entry.pk))
        add_written(work, entry.target_id, cursor.rowcount)
        cursor.execute(FORGET, (entry.pk,))
        cursor.executemany(REACTED, [(as_stored(counts), pk) for pk, counts in reacted.items()])
    entry.restored_seq = work.next_seq()


def _swept(entry: Act) -> QuerySet[RemovedText, int]:
    """The ids of the messages whose texts are kept."""
    return RemovedText.objects.filter(act=entry).values_list("message_id", flat=True)
