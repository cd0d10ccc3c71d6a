"""What an operator decides of a room."""

from __future__ import annotations

from chat.models import Room


def change_room(*, slug: str, title: str, retention_days: int | None) -> None:
    """Store them; the log is not touched. Every process reads the title with the heads, so those
    who enter see it within 2 seconds. A page shows how long messages are kept when it is loaded.
    """
    Room.objects.filter(slug=slug).update(title=title, retention_days=retention_days)
