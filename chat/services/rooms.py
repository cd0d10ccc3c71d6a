"""Create a room before its first message, and change its title and retention."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from chat.channel import announcements
from chat.models import Room
from chat.protocol.frames import Person
from chat.services.moderation.keys import make_owner, new_key


def create_room(*, slug: str, title: str) -> tuple[Room, bool]:
    """The room at `slug`, and whether it is new. One that is stored already stays as it is.

    A new one gets the epoch that it had before it was stored, so that the cursors of people who
    are in it already stay valid; they receive its title.
    """
    with transaction.atomic():
        room = Room.objects.at(slug)
        if not room._state.adding:
            return room, False
        room, is_new = Room.objects.get_or_create(
            slug=slug, defaults={"title": title, "epoch": room.epoch}
        )
        if is_new:
            announcement = announcements.Announcement(room.epoch, 0, 0, None, title)
            transaction.on_commit(partial(announcements.publish, slug, announcement))
    return room, is_new


def create_owned_room(*, slug: str, title: str, owner: Person) -> tuple[Room, str]:
    """The room at `slug`, and the key of its owner link if it is new; empty for one that is stored
    already, which stays as it is. `owner` is an owner of a new one."""
    with transaction.atomic():
        room, is_new = create_room(slug=slug, title=title)
        if not is_new:
            return room, ""
        make_owner(slug, owner)
        return room, new_key(slug)


def change_room(*, slug: str, title: str, retention_days: int | None) -> None:
    """Change a room's settings. Its log is not touched.

    New visitors see the title: hubs get it by the announcement, and with the heads. A page that
    is open shows the retention as of when it was loaded.
    """
    with transaction.atomic():
        Room.objects.filter(slug=slug).update(title=title, retention_days=retention_days)
        room = Room.objects.get(slug=slug)
        announcement = announcements.Announcement(room.epoch, 0, 0, None, room.shown_title)
        transaction.on_commit(partial(announcements.publish, slug, announcement))
