"""A room's messages as JSON Lines, or as a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.loader import get_template, render_to_string

from chat.archive.tables import CHUNK
from chat.drawn_messages import drawn_messages
from chat.models import Message, Room
from chat.protocol import frames


def messages_of(room: Room) -> Iterator[Message]:
    """All of them, oldest first, streamed from the database."""
    return room.messages.filter(seq__lte=room.head).order_by("seq").iterator(CHUNK)


def as_json_lines(room: Room) -> Iterator[str]:
    """A line for the room, then one for each message, as on the wire."""
    yield frames.encode(frames.RoomInfo(slug=room.slug, title=room.shown_title)) + "\n"
    for message in messages_of(room):
        yield frames.encode(message.as_frame()) + "\n"


def as_html(room: Room) -> Iterator[str]:
    """The page in pieces, so that it may be larger than memory. User text is escaped."""
    yield render_to_string("chat/export/_head.html", {"room": room})
    template = get_template("chat/export/_message.html")
    for drawn in drawn_messages(messages_of(room)):
        yield template.render({"drawn": drawn})
    yield render_to_string("chat/export/_foot.html")
