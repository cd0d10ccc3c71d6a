"""The databases of a scenario, read and damaged without the chat's code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from uuid import UUID

from tests.faults.history import Act, Row, reactions_of

MESSAGES = """
    SELECT message.changed_seq, message.seq, message.author_id, message.client_message_id, body,
        edited_at IS NOT NULL, deleted_at IS NOT NULL, reactions, removed
    FROM chat_message AS message JOIN chat_room AS room ON room.id = message.room_id
    WHERE room.slug = '{room}' ORDER BY message.seq
"""
REACTIONS = """
    SELECT message.client_message_id, reaction.emoji, reaction.author_id
    FROM chat_reaction AS reaction JOIN chat_message AS message ON message.id = reaction.message_id
    JOIN chat_room AS room ON room.id = message.room_id
    WHERE room.slug = '{room}' ORDER BY reaction.id
"""
ACTS = """
    SELECT act.key, act.kind, act.by_id, act.target_id, act.seq, act.first, act.last, act.swept_seq,
        act.restored_seq, act.undone_at IS NOT NULL
    FROM chat_act AS act JOIN chat_room AS room ON room.id = act.room_id
    WHERE room.slug = '{room}' ORDER BY act.id
"""


class Sqlite:
    """The file that nodes make in their DATA_DIR."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "chat.sqlite3"
        self.settings = {"DATA_DIR": folder}

    def connect(self):
        return closing(sqlite3.connect(self.path, timeout=30, isolation_level=None))

    def query(self, sql):
        with self.connect() as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def locked(self):
        """Lock the database: nobody else can write meanwhile."""
        with self.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def copy_to(self, path):
        with self.connect() as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)

    def restore_from(self, path, epoch):
        """Restore a copy under a running server, as the sqlite3 shell; the log gets `epoch`."""
        with closing(sqlite3.connect(path)) as copy, self.connect() as live:
            copy.execute("UPDATE chat_room SET epoch = ?", (epoch,))
            copy.commit()
            copy.backup(live)


class PostgresDatabase:
    """A scenario's database on a server that others may use too."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.settings = {"DATABASE_URL": server.create_database(name), "MIGRATE_AT_START": 1}

    def query(self, sql):
        with self.server.connect(self.name) as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def locked(self):
        """Lock the room's row, so that nobody can write there meanwhile."""
        with self.server.connect(self.name) as connection, connection.transaction():
            connection.execute("SELECT 1 FROM chat_room FOR UPDATE")
            yield

    def terminate_backends(self):
        """End every connection but ours; returns their number."""
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        return len(self.query(f"{sql} WHERE datname = '{self.name}' AND pid <> pg_backend_pid()"))


def read_log(store, room="lobby"):
    """In the format of history.py."""
    ((epoch, head),) = store.query(f"SELECT epoch, head FROM chat_room WHERE slug = '{room}'")
    rows = [
        Row(
            changed_seq,
            seq,
            author_id,
            str(UUID(str(message_id))),
            body,
            bool(edited),
            bool(deleted),
            reactions_of(json.loads(reactions or "[]")),
            bool(removed),
        )
        for changed_seq, seq, author_id, message_id, body, edited, deleted, reactions, removed in (
            store.query(MESSAGES.format(room=room))
        )
    ]
    acts = [
        Act(str(UUID(str(key))), *fields, bool(undone))
        for key, *fields, undone in store.query(ACTS.format(room=room))
    ]
    reactions = [
        (str(UUID(str(message_id))), emoji, author_id)
        for message_id, emoji, author_id in store.query(REACTIONS.format(room=room))
    ]
    return {"epoch": epoch, "head": head, "rows": rows, "reactions": reactions, "acts": acts}
