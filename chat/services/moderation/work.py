"""One transaction of moderation: it holds the room's lock, and is announced after COMMIT."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.channel import announcements
from chat.models import Message, Room
from chat.protocol.errors import NotAllowed, NotFound
from chat.services.moderation.actors import Rank, rank_of


class Work:
    """A room that is locked, the rank of who acts, and what is to be announced."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.rank = Rank.NOBODY
        self.now = timezone.now()
        self._after = room.head
        self._changed: list[Message] = []
        self._state_changes = False

    def require_above(self, author_id: str) -> None:
        """Raise NotAllowed unless this person has a lower rank than who acts."""
        if self.rank <= rank_of(self.room, author_id):
            raise NotAllowed

    def next_seq(self) -> int:
        """The next number of the room's log."""
        self.room.head += 1
        return self.room.head

    def changed(self, message: Message) -> None:
        """Announce `message`, which has the newest number of the log."""
        self._changed.append(message)

    def changes_state(self) -> None:
        """Have every process read the room's moderation again."""
        self._state_changes = True

    def finish(self) -> None:
        """Store the room and announce it on commit, if anything was changed."""
        room = self.room
        if not self._state_changes:
            return
        room.moderation_version += 1
        room.save(update_fields=["head", "moderation_version", "rules", "raid_until"])
        after, head = (self._after, room.head) if room.head > self._after else (0, 0)
        # A change without a message, such as a sweep, is read from the log.
        complete = self._changed and len(self._changed) == head - after
        announcement = announcements.Announcement(
            room.epoch,
            after,
            head,
            announcements.encoded([each.as_frame() for each in self._changed])
            if complete
            else None,
            moderation=room.moderation_version,
        )
        transaction.on_commit(partial(announcements.publish, room.slug, announcement))


@contextmanager
def working(slug: str) -> Iterator[Work]:
    """A transaction on the room at `slug`, with its lock. Raises NotFound if it is not stored."""
    with transaction.atomic():
        room = Room.objects.select_for_update().filter(slug=slug).first()
        if room is None:
            raise NotFound(_("There is no such room."))
        work = Work(room)
        yield work
        work.finish()


def raise_version(room_id: int) -> int:
    """The new version of a room's moderation, which the caller's transaction has changed."""
    room = Room.objects.filter(pk=room_id)
    room.update(moderation_version=F("moderation_version") + 1)
    return room.values_list("moderation_version", flat=True).get()
