"""Write to rooms' logs: the only way in for sockets, forms and commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper as Cursor
from django.utils import timezone

from chat.channel import announcements
from chat.models import HeldMessage, Message, Room
from chat.protocol import frames
from chat.protocol.errors import ChatError, Conflict, NotFound
from chat.services.changes import change_messages
from chat.services.moderation.admission import Admission
from chat.services.moderation.pins import unpin_deleted
from chat.services.writes import Change, Outcome, Post, Repeated, Write

# In SQL by hand: this is the one hot path. Django's ORM took half of the time that the server
# spends on a message with a hundred readers.
FIND = "SELECT id, epoch, head FROM chat_room WHERE slug = %s"
# Messages, and those that wait for a moderator or were declined, which have no seq.
KNOWN = (
    "SELECT seq FROM chat_message WHERE room_id = %s AND client_message_id IN ({0}) UNION ALL"
    " SELECT NULL FROM chat_heldmessage WHERE room_id = %s AND client_message_id IN ({0})"
)
STORE = (
    "INSERT INTO chat_message (room_id, seq, changed_seq, author_id, author_name,"
    " client_message_id, body, posted_at, reply_to_seq)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
MOVE = "UPDATE chat_room SET head = %s WHERE id = %s"


def write_log(writes: Sequence[Write]) -> list[Outcome]:
    """Store `writes` and announce them; returns an outcome for each.

    `client_message_id` is the idempotency key of its room, whoever sends it: a client without a
    cookie that reconnects is a new guest. A post with a known one is answered with the first
    one's seq, as `Repeated`, or with a Conflict where the bodies differ. Everybody in the room sees
    the ids that are stored. Sending one again reveals that message's seq at most, and cannot keep
    its author from posting, who has done so by then.

    A room's posts come first, in their order, then its changes in theirs: nobody can know the seq
    of a message that is posted in the same batch. Either all that is new is stored when this
    returns, or, per room on PostgreSQL and in all on SQLite, nothing and it raises.
    """
    by_room: dict[str, dict[int, Write]] = defaultdict(dict)  # by their index in `writes`
    for index, write in enumerate(writes):
        by_room[write.slug][index] = write
    outcomes: dict[int, Outcome] = {}
    if connection.vendor == "sqlite":
        with transaction.atomic():
            for slug, theirs in _in_lock_order(by_room):
                outcomes |= _write_in_room(slug, theirs)
    else:
        for slug, theirs in _in_lock_order(by_room):
            with transaction.atomic():
                outcomes |= _write_in_room(slug, theirs)
    return [outcomes[index] for index in range(len(writes))]


def _in_lock_order(by_room: dict[str, dict[int, Write]]) -> list[tuple[str, dict[int, Write]]]:
    """Slugs are unique and never change, so their order is as good as that of ids."""
    return sorted(by_room.items(), key=itemgetter(0))


def _write_in_room(slug: str, writes: Mapping[int, Write]) -> dict[int, Outcome]:
    """One room's part of a batch, in the caller's transaction; an outcome for each key."""
    posts = {index: each for index, each in writes.items() if isinstance(each, Post)}
    now = timezone.now()
    with connection.cursor() as cursor:
        room = _locked_room(cursor, slug, create=bool(posts))
        if room is None:
            return dict.fromkeys(writes, NotFound())
        room_id, epoch, after = room
        outcomes, new, moderation = _post(cursor, room_id, after, posts, now)
        head = after + len(new)
        if len(posts) < len(writes):
            changes = {index: each for index, each in writes.items() if isinstance(each, Change)}
            found, changed = change_messages(room_id, head, changes, now)
            outcomes |= found
            moderation = unpin_deleted(room_id, changed) or moderation
            new += [message.as_frame() for message in changed]
            head += len(changed)
        if new:
            cursor.execute(MOVE, (head, room_id))
    if new or moderation:
        announcement = announcements.Announcement(
            epoch,
            after if new else 0,
            head if new else 0,
            announcements.encoded(new) if new else None,
            received_at=_first_received(writes, outcomes, after),
            moderation=moderation,
        )
        transaction.on_commit(partial(announcements.publish, slug, announcement))
    return outcomes


def _post(
    cursor: Cursor, room_id: int, head: int, posts: Mapping[int, Post], now: datetime
) -> tuple[dict[int, Outcome], list[frames.Message], int | None]:
    """Store the posts that are new, with the seqs after `head`; an outcome for each key, the new
    messages, and the version of the room's moderation if it has a new one."""
    outcomes: dict[int, Outcome] = {}
    new: list[frames.Message] = []
    if not posts:
        return outcomes, new, None
    known, held = _known_posts(cursor, room_id, posts.values())
    admission = Admission(room_id, posts.values(), held, now)
    posted_at = frames.timestamp(now)
    for index, post in posts.items():
        message = known.get(post.client_message_id)
        if message is None:
            try:
                if post.reply_to_seq is not None and not 0 < post.reply_to_seq <= head:
                    raise NotFound
                admission.check(post)
            except ChatError as refusal:
                outcomes[index] = refusal
                continue
            message = _message(head + len(new) + 1, post, posted_at)
            known[post.client_message_id] = message
            new.append(message)
            outcomes[index] = message.seq
            continue
        # The text that was posted is not kept once it has been edited or deleted.
        same = message.body == post.body or message.edited_at or message.deleted_at
        outcomes[index] = Repeated(message.seq) if same else Conflict()
    if new:
        _store(cursor, room_id, new, now)
    return outcomes, new, admission.finish()


def _first_received(
    writes: Mapping[int, Write], outcomes: Mapping[int, Outcome], after: int
) -> float | None:
    """When the first of those was received that were stored after the seq `after`."""
    stored = (
        each.received_at
        for index, each in writes.items()
        if isinstance(seq := outcomes[index], int) and seq > after
    )
    return next(stored, None)


def _locked_room(cursor: Cursor, slug: str, *, create: bool) -> tuple[int, str, int] | None:
    """(id, epoch, head) of the room, locked until the transaction ends. It is stored with its
    first message, if `create` says so.

    SQLite has no row locks: there `transaction_mode=IMMEDIATE` lets one writer in at a time.
    """
    lock = FIND + (" FOR UPDATE" if connection.features.has_select_for_update else "")
    cursor.execute(lock, (slug,))
    row = cursor.fetchone()
    if row is None and create:
        Room.objects.bulk_create([Room.objects.at(slug)], ignore_conflicts=True)
        cursor.execute(lock, (slug,))
        row = cursor.fetchone()
    return row


def _known_posts(
    cursor: Cursor, room_id: int, posts: Iterable[Post]
) -> tuple[dict[UUID, frames.Message], dict[UUID, HeldMessage]]:
    """The messages stored before under the posts' idempotency keys, and those that wait for a
    moderator or were declined; usually none."""
    keys = [post.client_message_id for post in posts]
    ids = _uuids(keys)
    cursor.execute(KNOWN.format(", ".join(["%s"] * len(ids))), (room_id, *ids) * 2)
    found = [seq for (seq,) in cursor.fetchall()]
    if not found:
        return {}, {}
    messages = Message.objects.filter(room_id=room_id, seq__in=[seq for seq in found if seq])
    held = HeldMessage.objects.filter(room_id=room_id, client_message_id__in=keys)
    return (
        {each.client_message_id: each.as_frame() for each in messages},
        {each.client_message_id: each for each in held},
    )


def _message(seq: int, post: Post, posted_at: str) -> frames.Message:
    return frames.Message(
        seq=seq,
        changed_seq=seq,
        client_message_id=post.client_message_id,
        author_id=post.author_id,
        author_name=post.author_name,
        body=post.body,
        posted_at=posted_at,
        reply_to_seq=post.reply_to_seq,
    )


def _store(cursor: Cursor, room_id: int, messages: Sequence[frames.Message], now: datetime) -> None:
    posted_at = connection.ops.adapt_datetimefield_value(now)
    ids = _uuids(each.client_message_id for each in messages)
    rows = [
        (
            room_id,
            each.seq,
            each.changed_seq,
            each.author_id,
            each.author_name,
            client_message_id,
            each.body,
            posted_at,
            each.reply_to_seq,
        )
        for each, client_message_id in zip(messages, ids, strict=True)
    ]
    cursor.executemany(STORE, rows)


def _uuids(values: Iterable[UUID]) -> list[UUID | str]:
    """As the database keeps them. It is asked once: `connection` is looked up anew each time."""
    if connection.features.has_native_uuid_field:
        return list(values)
    return [value.hex for value in values]
