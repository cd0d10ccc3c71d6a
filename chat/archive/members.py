"""Who has written in a room, made from its messages where a copy does not know it."""

from __future__ import annotations

from django.db import connections

# As in the migration that creates the table.
MEMBERS = """
    INSERT INTO chat_member (room_id, author_id, since, written, network, seen_at)
    SELECT room_id, author_id, min(posted_at), count(*), '', max(posted_at) FROM chat_message
    WHERE deleted_at IS NULL GROUP BY room_id, author_id
    ON CONFLICT DO NOTHING
"""
VERSIONS = """
    UPDATE chat_room SET moderation_version = moderation_version + 1
    WHERE id IN (SELECT room_id FROM chat_member)
"""


def add_members(alias: str) -> None:
    """Make everybody a member who has written a message that was not deleted."""
    with connections[alias].cursor() as cursor:
        cursor.execute(MEMBERS)
        cursor.execute(VERSIONS)
