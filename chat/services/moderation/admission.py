"""Which posts of a batch become messages immediately: not those that come too soon after their
author's last one, nor those that wait for a moderator."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from chat.models import HeldMessage, Member
from chat.protocol.errors import SlowMode
from chat.services.moderation.holding import hold, outcome_of
from chat.services.moderation.work import raise_version
from chat.services.writes import Post


class Admission:
    """The new posts of a batch in one room, in a transaction that holds the room's lock."""

    def __init__(
        self, room_id: int, posts: Collection[Post], held: dict[UUID, HeldMessage], now: datetime
    ) -> None:
        self._room_id = room_id
        self._held = held
        self._now = now
        self._written_at: dict[str, datetime | None] = {}  # by author
        self._has_written: set[str] = set()
        self._holds = False
        if pausing := {post.author_id for post in posts if post.pause}:
            theirs = Member.objects.filter(room_id=room_id, author_id__in=pausing)
            self._written_at = dict(theirs.values_list("author_id", "written_at"))

    def check(self, post: Post) -> None:
        """Raise the ChatError that a post is answered with which is not to be stored as a message;
        store it if it waits for a moderator."""
        held = self._held.get(post.client_message_id)
        if held is None:
            self._check_pause(post)
            if post.held:
                held = self._held[post.client_message_id] = hold(self._room_id, post, self._now)
                self._holds = True
            if post.pause:
                self._written_at[post.author_id] = self._now
                self._has_written.add(post.author_id)
        if held:
            raise outcome_of(held, post)

    def finish(self) -> int | None:
        """Store when those who have to pause have written. Returns the new version of the room's
        moderation if messages are held that were not before."""
        members = [
            Member(room_id=self._room_id, author_id=each, since=self._now, written_at=self._now)
            for each in sorted(self._has_written)
        ]
        if members:
            Member.objects.bulk_create(
                members,
                update_conflicts=True,
                unique_fields=["room", "author_id"],
                update_fields=["written_at"],
            )
        return raise_version(self._room_id) if self._holds else None

    def _check_pause(self, post: Post) -> None:
        written_at = self._written_at.get(post.author_id)
        if post.pause and written_at is not None:
            left = written_at + timedelta(seconds=post.pause) - self._now
            if left > timedelta(0):
                raise SlowMode(retry_in_ms=int(left.total_seconds() * 1000) + 1)
