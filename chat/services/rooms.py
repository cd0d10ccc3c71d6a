"""Make a room before anybody has spoken in it, and change what it is called and keeps."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from chat.channel import announcements
from chat.models import Room


def create_room(*, slug: str, title: str) -> tuple[Room, bool]:
    """The room at `slug`, and whether it is new. One that is stored already stays as it is.

    A new one gets the epoch that it had before it was stored, so that the cursors of those who
    wait in it stay valid; they hear of its title.
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


def change_room(*, slug: str, title: str, retention_days: int | None) -> None:
    """Store what an operator decides of a room. Its log is not touched.

    Those who enter from now on see the title: hubs hear of it, and read it with the heads. A page
    shows how long messages are kept when it is loaded.
    """
    with transaction.atomic():
        Room.objects.filter(slug=slug).update(title=title, retention_days=retention_days)
        room = Room.objects.get(slug=slug)
        announcement = announcements.Announcement(room.epoch, 0, 0, None, room.shown_title)
        transaction.on_commit(partial(announcements.publish, slug, announcement))
