"""Reading a room's log for live readers. Runs in the database's reading threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from chat.channel.announcements import Change, encoded
from chat.live.log_entries import Entry, LoggedSweep
from chat.models import Act, HeldMessage, Message, Room
from chat.models.message import MessageQuerySet
from chat.protocol import frames

INITIAL_CHANGES = 200  # changes that a hub starts with


class Tail(NamedTuple):
    """The end of a log: its newest messages, and its entries in (floor, head]."""

    epoch: str
    title: str
    pruned_upto: int
    moderation_version: int
    floor: int
    head: int
    changes: list[Entry]
    newest: list[Change]


def latest(slug: str) -> Tail:
    """The newest messages and changes of a room, which need not exist yet."""
    room = Room.objects.at(slug)
    newest = newest_messages(slug, room.head)
    # One of them may have been changed since: then the log reaches to that change.
    head = max([room.head, *(change.seq for change in newest)])
    floor = max(0, room.head - INITIAL_CHANGES)
    changes = changes_between(slug, floor, head) if head else []
    return Tail(
        room.epoch,
        room.shown_title,
        room.pruned_upto,
        room.moderation_version,
        floor,
        head,
        changes,
        newest,
    )


def newest_messages(slug: str, upto: int) -> list[Change]:
    """The messages that a newcomer gets of a log whose head is `upto`, the newest first, each as
    of its latest change."""
    messages = _messages(slug).before(upto + 1)[: frames.PAGE] if upto else ()
    return encoded([message.as_frame() for message in messages])


def changes_between(slug: str, after: int, upto: int, limit: int | None = None) -> list[Entry]:
    """The messages whose latest change is in (after, upto], and the sweeps there, in the order of
    the log; the first `limit`, if given. The messages are as after all sweeps."""
    messages = _messages(slug).changed_after(after, upto=upto)[:limit]
    changes: list[Entry] = [*encoded([message.as_frame() for message in messages])]
    if sweeps := _sweeps_between(slug, after, upto):
        changes = sorted([*changes, *sweeps], key=attrgetter("seq"))[:limit]
    return changes


def changes_of(slug: str, author_id: str, seqs: Iterable[int]) -> list[Change]:
    """The author's messages among those at `seqs`, each as of its latest change."""
    messages = _messages(slug).filter(author_id=author_id, seq__in=seqs)
    return encoded([message.as_frame() for message in messages])


def count_between(slug: str, after: int, upto: int, limit: int) -> int:
    """How many `changes_between` would find, counting up to `limit`."""
    return _messages(slug).changed_after(after, upto=upto)[:limit].count()


def history_page(slug: str, seq: int, limit: int) -> tuple[list[frames.Message], bool]:
    """At most `limit` messages before `seq`, oldest first, as many as fit one frame, and
    whether there are older ones."""
    page, more = _fitting(_messages(slug).before(seq)[: limit + 1], limit)
    return page[::-1], more


def messages_at(slug: str, seqs: Sequence[int]) -> tuple[list[frames.Message], bool]:
    """The messages at `seqs`, in order, as many as fit one frame, and whether some are left."""
    return _fitting(_messages(slug).filter(seq__in=seqs).order_by("seq"), len(seqs))


def is_stored(slug: str, client_message_id: UUID) -> bool:
    """Whether the room has a message with this idempotency key, or one that is held."""
    known = {"room__slug": slug, "client_message_id": client_message_id}
    messages = Message.objects.filter(**known).values_list("pk")
    return messages.union(HeldMessage.objects.filter(**known).values_list("pk")).exists()


def body_at(slug: str, author_id: str, seq: int) -> str:
    """The text of the author's message at `seq`; empty if there is none."""
    return (
        _messages(slug).filter(author_id=author_id, seq=seq).values_list("body", flat=True).first()
        or ""
    )


def _sweeps_between(slug: str, after: int, upto: int) -> list[LoggedSweep]:
    within = (after + 1, upto)
    acts = Act.objects.filter(room__slug=slug, kind="sweep")
    found = []
    for act in acts.filter(Q(swept_seq__range=within) | Q(restored_seq__range=within)):
        for seq, at in (act.swept_seq, act.at), (act.restored_seq, act.undone_at):
            if seq and at and after < seq <= upto:
                on, when = seq == act.swept_seq, frames.timestamp(at)
                sweep = frames.Sweep(seq, act.target_id, act.first or 0, act.last or 0, on, when)
                found.append(LoggedSweep(seq, sweep))
    return found


def _fitting(messages: Iterable[Message], limit: int) -> tuple[list[frames.Message], bool]:
    """The first `limit` messages, as many as fit one frame, and whether there are others."""
    page: list[frames.Message] = []
    size = frames.ENVELOPE
    for message in messages:
        frame = message.as_frame()
        size += len(frames.encode(frame).encode()) + 1
        if len(page) == limit or (page and size > frames.MAX_FRAME_OUT):
            return page, True
        page.append(frame)
    return page, False


def _messages(slug: str) -> MessageQuerySet:
    messages: MessageQuerySet = Message.objects.filter(room__slug=slug)
    return messages
