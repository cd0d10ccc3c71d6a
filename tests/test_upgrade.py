"""A database that the first release made is upgraded at start, and what it holds is served."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("websockets")

from tests import processes
from tests.managing import manage
from tests.node_sockets import visit

RELEASES = Path(__file__).with_name("releases")
OLD_ROOM = (
    "INSERT INTO chat_room (slug, title, head, epoch, created_at)"
    " VALUES ('cellar', '', 0, 'e', '2026-11-22 21:00:00')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_release(request, tmp_path):
    """(settings of a chat that version 1.0.0 left, a way to run SQL in it)."""
    sql = (RELEASES / f"1.0.0-{request.param}.sql").read_text()
    data = tmp_path / "data"
    data.mkdir()
    settings = {"DATA_DIR": data, "SECRET_KEY": "x" * 50, "MIGRATE_AT_START": 1}
    if request.param == "sqlite":

        def execute(sql):
            with closing(sqlite3.connect(data / "chat.sqlite3", timeout=5)) as connection:
                connection.executescript(sql)

    else:
        server = request.getfixturevalue("postgres_server")
        settings["DATABASE_URL"] = server.create_database("first_release")

        def execute(sql):
            with server.connect("first_release") as connection:
                connection.execute(sql)

    execute(sql)
    return settings, execute


async def test_what_the_first_release_stored_is_served_after_the_upgrade(first_release, tmp_path):
    settings, execute = first_release
    before = await asyncio.to_thread(manage, "backup", tmp_path / "before.gz", **settings)
    assert "2 rooms with 3 messages" in before.stdout, "an upgrade begins with a backup"

    with processes.chat_node(**settings) as node:
        async with visit(node, cursor=("first-epoch", 1)) as hers:
            assert not hers.welcome["reset"], "who was there before the upgrade resumes"
            (message,) = hers.messages
            assert (message["body"], message["author_name"]) == ("Zoë 🦉", "Bob")
            page = await hers.command("history.fetch", before=2, limit=10)
            assert page["messages"] == [
                {
                    "seq": 1,
                    "changed_seq": 1,
                    "client_message_id": "0190a3c4-5d6e-4f70-8a1b-2c3d4e5f6071",
                    "author_id": "a11ce",
                    "author_name": "Alice",
                    "body": "Hello from 1.0.0",
                    "posted_at": "2026-11-22T20:02:00.123Z",
                }
            ]
            assert await hers.say("Now") == 3
            again = await hers.ask(
                "message.post", client_message_id=message["client_message_id"], body="Another's id"
            )
            assert again["seq"] == 4, "ids are unique per author"
        async with visit(node, "/ws/attic") as his:
            assert his.welcome["room"]["title"] == "The attic"
        execute(OLD_ROOM)  # as a process of the old version still does
        async with visit(node, "/ws/cellar") as his:
            assert await his.say("Down here") == 1
