"""A room with a history, written into a server's database before anyone opens the room."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import uuid4


def add_history(node, path, messages):
    """`messages` are (posted_at, author_name, body), oldest first; their seqs are 1, 2, 3 ..."""
    slug = path.strip("/").rpartition("/")[2]
    with closing(sqlite3.connect(node.data_dir / "chat.sqlite3", timeout=30)) as database, database:
        [(room,)] = database.execute(
            "INSERT INTO chat_room (slug, title, head, epoch, created_at)"
            " VALUES (?, '', ?, ?, datetime('now')) RETURNING id",
            (slug, len(messages), uuid4().hex),
        ).fetchall()
        columns = "room_id, seq, changed_seq, author_id, author_name, client_message_id, body"
        database.executemany(
            f"INSERT INTO chat_message ({columns}, posted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (room, seq, seq, author.lower(), author, uuid4().hex, body, f"{at:%F %T}")
                for seq, (at, author, body) in enumerate(messages, 1)
            ],
        )
