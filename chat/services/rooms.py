"""Make a room that has a title before anybody has spoken in it."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from chat import broadcast
from chat.models import Room


def make_room(*, slug: str, title: str) -> tuple[Room, bool]:
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
            announcement = broadcast.Announcement(room.epoch, 0, 0, None, title)
            transaction.on_commit(partial(broadcast.announce, slug, announcement))
    return room, is_new
