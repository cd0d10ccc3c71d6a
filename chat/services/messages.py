"""Say something in a room: the one door for sockets, forms, bots and commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chat import broadcast
from chat.errors import Conflict
from chat.models import Message, Room


@dataclass(frozen=True, slots=True)
class Post:
    """A message that somebody wants said."""

    slug: str
    author_id: str
    author_name: str
    client_message_id: UUID
    body: str


def post_messages(posts: Sequence[Post]) -> list[Message | Conflict]:
    """Store `posts` in their order and announce them; returns an outcome for each.

    A post whose `client_message_id` is known is answered with the first one's message, or with
    a Conflict where the bodies differ. Either all that is new is stored when this returns, or,
    per room on PostgreSQL and in all on SQLite, nothing and it raises.
    """
    by_room: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        by_room[post.slug].append(post)
    outcomes: dict[int, Message | Conflict] = {}
    if connection.vendor == "sqlite":
        with transaction.atomic():
            for slug, theirs in _in_lock_order(by_room):
                outcomes |= _post_in_room(slug, theirs)
    else:
        for slug, theirs in _in_lock_order(by_room):
            with transaction.atomic():
                outcomes |= _post_in_room(slug, theirs)
    return [outcomes[id(post)] for post in posts]


def _in_lock_order(by_room: dict[str, list[Post]]) -> Iterable[tuple[str, list[Post]]]:
    """Slugs are unique and never change, so their order is as good as that of ids."""
    return sorted(by_room.items())


def _post_in_room(slug: str, posts: Sequence[Post]) -> dict[int, Message | Conflict]:
    """One room's part of a batch, in the caller's transaction; outcomes by the post's `id()`."""
    room = _locked_room(slug)
    known = _known_messages(room, posts)
    after, seqs, now = room.head, count(room.head + 1), timezone.now()
    outcomes: dict[int, Message | Conflict] = {}
    new = []
    for post in posts:
        key = (post.author_id, post.client_message_id)
        message = known.get(key)
        if message is None:
            seq = next(seqs)
            message = known[key] = Message(
                room=room,
                seq=seq,
                changed_seq=seq,
                author_id=post.author_id,
                author_name=post.author_name,
                client_message_id=post.client_message_id,
                body=post.body,
                posted_at=now,
            )
            new.append(message)
        outcomes[id(post)] = message if message.body == post.body else Conflict()
    if new:
        Message.objects.bulk_create(new)
        room.head = new[-1].seq
        room.save(update_fields=["head"])
        changes = broadcast.encoded([message.as_frame() for message in new])
        announcement = broadcast.Announcement(room.epoch, after, room.head, changes)
        transaction.on_commit(partial(broadcast.announce, slug, announcement))
    return outcomes


def _locked_room(slug: str) -> Room:
    """The room, made with its first message, locked until the transaction ends.

    SQLite has no row locks: there `transaction_mode=IMMEDIATE` lets one writer in at a time.
    """
    locked = Room.objects.select_for_update()
    room = locked.filter(slug=slug).first()
    if room is None:
        Room.objects.bulk_create([Room.objects.at(slug)], ignore_conflicts=True)
        room = locked.get(slug=slug)
    return room


def _known_messages(room: Room, posts: Sequence[Post]) -> dict[tuple[str, UUID], Message]:
    """What was said before under the posts' idempotency keys."""
    known = room.messages.filter(client_message_id__in={post.client_message_id for post in posts})
    return {(message.author_id, message.client_message_id): message for message in known}
