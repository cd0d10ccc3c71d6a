"""What one connection is sent of its room's moderation: each frame when it differs from the one of
its kind that was sent last."""

from __future__ import annotations

from chat.live.prepared_text import SharedText
from chat.live.room_moderation import RoomModeration

NOTHING = SharedText("")


class Notices:
    """The notices for one person through one connection."""

    __slots__ = ("_author_id", "_moderation", "_rules", "_standing", "_waiting")

    def __init__(self, moderation: RoomModeration, author_id: str) -> None:
        self._moderation = moderation
        self._author_id = author_id
        self._rules = self._standing = self._waiting = NOTHING

    @property
    def is_banned(self) -> bool:
        """Whether the connection has to be closed."""
        return self._moderation.is_banned(self._author_id)

    def next(self) -> SharedText | None:
        """The next frame to send; None when there is none."""
        moderation = self._moderation
        if self._rules is not moderation.rules_text:
            self._rules = moderation.rules_text
            return self._rules
        standing = moderation.standing_text(self._author_id)
        if self._standing.text != standing.text:
            self._standing = standing
            return standing
        if not moderation.state.role_of(self._author_id):
            self._waiting = NOTHING
        elif self._waiting is not moderation.waiting_text:
            self._waiting = moderation.waiting_text
            return self._waiting
        return None
