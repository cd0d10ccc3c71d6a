"""The people that acts are done to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat.models import HeldMessage, Message, Role, Room
from chat.protocol.errors import NotFound

LOOKED_THROUGH = 10_000  # newest messages, for a person's name


def known_person(room: Room, author_id: str) -> tuple[str, str]:
    """The id and the name of somebody; no name if they have written nothing lately. Raises
    NotFound for what cannot be an id."""
    if not (author_id.isascii() and author_id.isalnum() and len(author_id) <= 32):
        raise NotFound(_("There is no such person."))
    recent = Message.objects.filter(room=room, seq__gt=room.head - LOOKED_THROUGH)
    for names in (
        recent.filter(author_id=author_id).order_by("-seq").values_list("author_name", flat=True),
        Role.objects.filter(room=room, author_id=author_id).values_list("name", flat=True),
        HeldMessage.objects.waiting(room)
        .filter(author_id=author_id)
        .values_list("author_name", flat=True),
    ):
        if name := names.first():
            return author_id, name
    return author_id, ""
