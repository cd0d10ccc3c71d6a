"""Store messages in a room: the only way in for sockets, forms and commands."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper as Cursor
from django.utils import timezone

from chat.channel import announcements
from chat.models import Message, Room
from chat.protocol import frames
from chat.protocol.errors import Conflict


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be stored."""

    slug: str
    author_id: str
    author_name: str
    client_message_id: UUID
    body: str
    received_at: float = field(default_factory=time.perf_counter, compare=False)


Stored = frames.Message | Conflict

# In SQL by hand: this is the one hot path. Django's ORM took half of the time that the server
# spends on a message with a hundred readers.
FIND = "SELECT id, epoch, head FROM chat_room WHERE slug = %s"
KNOWN = "SELECT seq FROM chat_message WHERE room_id = %s AND client_message_id IN ({})"
STORE = (
    "INSERT INTO chat_message (room_id, seq, changed_seq, author_id, author_name,"
    " client_message_id, body, posted_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
MOVE = "UPDATE chat_room SET head = %s WHERE id = %s"


def post_messages(posts: Sequence[Post]) -> list[Stored]:
    """Store `posts` in their order and announce them; returns an outcome for each.

    `client_message_id` is the idempotency key of its room, whoever sends it: a client without a
    cookie that reconnects is a new guest. A post with a known one is answered with the first
    one's message, or with a Conflict where the bodies differ. Everybody in the room sees the ids
    that are stored. Sending one again reveals that message's seq at most, and cannot keep its
    author from posting, who has done so by then.

    Either all that is new is stored when this returns, or, per room on PostgreSQL and in all on
    SQLite, nothing and it raises.
    """
    by_room: dict[str, dict[int, Post]] = defaultdict(dict)  # by their index in `posts`
    for index, post in enumerate(posts):
        by_room[post.slug][index] = post
    outcomes: dict[int, Stored] = {}
    if connection.vendor == "sqlite":
        with transaction.atomic():
            for slug, theirs in _in_lock_order(by_room):
                outcomes |= _post_in_room(slug, theirs)
    else:
        for slug, theirs in _in_lock_order(by_room):
            with transaction.atomic():
                outcomes |= _post_in_room(slug, theirs)
    return [outcomes[index] for index in range(len(posts))]


def _in_lock_order(by_room: dict[str, dict[int, Post]]) -> list[tuple[str, dict[int, Post]]]:
    """Slugs are unique and never change, so their order is as good as that of ids."""
    return sorted(by_room.items(), key=itemgetter(0))


def _post_in_room(slug: str, posts: Mapping[int, Post]) -> dict[int, Stored]:
    """One room's part of a batch, in the caller's transaction; an outcome for each key."""
    outcomes: dict[int, Stored] = {}
    new: list[frames.Message] = []
    received_at = None  # of the first one stored
    with connection.cursor() as cursor:
        room_id, epoch, after = _locked_room(cursor, slug)
        known = _known_messages(cursor, room_id, posts.values())
        head, now = after, timezone.now()
        for index, post in posts.items():
            message = known.get(post.client_message_id)
            if message is None:
                head += 1
                message = _message(head, post, frames.timestamp(now))
                known[post.client_message_id] = message
                new.append(message)
                received_at = received_at or post.received_at
            outcomes[index] = message if message.body == post.body else Conflict()
        if new:
            _store(cursor, room_id, new, now)
            cursor.execute(MOVE, (head, room_id))
    if new:
        changes = announcements.encoded(new)
        announcement = announcements.Announcement(
            epoch, after, head, changes, received_at=received_at
        )
        transaction.on_commit(partial(announcements.publish, slug, announcement))
    return outcomes


def _locked_room(cursor: Cursor, slug: str) -> tuple[int, str, int]:
    """(id, epoch, head) of the room, made with its first message, locked until the transaction
    ends.

    SQLite has no row locks: there `transaction_mode=IMMEDIATE` lets one writer in at a time.
    """
    lock = FIND + (" FOR UPDATE" if connection.features.has_select_for_update else "")
    cursor.execute(lock, (slug,))
    row = cursor.fetchone()
    if row is None:
        Room.objects.bulk_create([Room.objects.at(slug)], ignore_conflicts=True)
        cursor.execute(lock, (slug,))
        row = cursor.fetchone()
    return row


def _known_messages(
    cursor: Cursor, room_id: int, posts: Iterable[Post]
) -> dict[UUID, frames.Message]:
    """The messages stored before under the posts' idempotency keys; usually none."""
    ids = _uuids(post.client_message_id for post in posts)
    cursor.execute(KNOWN.format(", ".join(["%s"] * len(ids))), (room_id, *ids))
    seqs = [seq for (seq,) in cursor.fetchall()]
    if not seqs:
        return {}
    messages = Message.objects.filter(room_id=room_id, seq__in=seqs)
    return {each.client_message_id: each.as_frame() for each in messages}


def _message(seq: int, post: Post, posted_at: str) -> frames.Message:
    return frames.Message(
        seq=seq,
        changed_seq=seq,
        client_message_id=post.client_message_id,
        author_id=post.author_id,
        author_name=post.author_name,
        body=post.body,
        posted_at=posted_at,
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
        )
        for each, client_message_id in zip(messages, ids, strict=True)
    ]
    cursor.executemany(STORE, rows)


def _uuids(values: Iterable[UUID]) -> list[UUID | str]:
    """As the database keeps them. It is asked once: `connection` is looked up anew each time."""
    if connection.features.has_native_uuid_field:
        return list(values)
    return [value.hex for value in values]
