"""A database with a long past, made by SQL: the chat itself would need minutes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from testing import environment
from testing.environment import ROOT

FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO chat_message
    (room_id, seq, changed_seq, author_id, author_name, client_message_id, body, posted_at)
SELECT :room, n, n, 'author' || (n % 500), 'Someone', lower(hex(randomblob(16))),
    'said long ago, as number ' || n || ', and long enough to be like what people say', :now
FROM numbers
"""


def filled_folder(folder: Path, count: int, *, slug: str = "lobby") -> Path:
    """Make `folder` a DATA_DIR whose room `slug` holds `count` messages."""
    folder.mkdir(parents=True)
    env = environment.only({"DATA_DIR": folder})
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=env, check=True)
    database = sqlite3.connect(folder / "chat.sqlite3")
    with database:
        now = "2025-01-01 12:00:00"
        room = database.execute(
            "INSERT INTO chat_room (slug, title, head, epoch, created_at) VALUES (?, '', ?, ?, ?)"
            " RETURNING id",
            (slug, count, "benchmark", now),
        ).fetchone()[0]
        database.execute(FILL, {"count": count, "room": room, "now": now})
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder
