"""A database that the first release made is upgraded at start, and what it holds is served."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("websockets")

from testing import first_start, processes
from tests.managing import manage
from tests.node_sockets import visit

RELEASES = Path(__file__).parent.parent / "releases"
OLD_ROOM = (
    "INSERT INTO chat_room (slug, title, head, epoch, created_at)"
    " VALUES ('cellar', '', 0, 'e', '2026-11-22 21:00:00')"
)
# As another author, under the id of the first message.
DOUBLE = (
    "INSERT INTO chat_message (room_id, seq, changed_seq, author_id, author_name,"
    " client_message_id, body, posted_at) SELECT room_id, 3, 3, 'n0b0dy', 'Guest',"
    " client_message_id, body, posted_at FROM chat_message WHERE room_id = 1 AND seq = 1"
)
NEXT = "UPDATE chat_room SET head = 3 WHERE id = 1"

OLD_POST = (
    "INSERT INTO chat_message (room_id, seq, changed_seq, author_id, author_name,"
    " client_message_id, body, posted_at) VALUES (1, {0}, {0}, 'a11ce', 'Alice',"
    " '0190a3c45d6e4f708a1b2c3d4e5f6099', 'From the old release', '2026-11-22 21:00:00');"
    " UPDATE chat_room SET head = {0} WHERE id = 1"
)
OLD_PRUNE = "DELETE FROM chat_message WHERE room_id = 1 AND seq = 1"
COUNT = "from chat.models import Reaction; print(Reaction.objects.count())"


@pytest.fixture(params=["sqlite", "postgresql"])
def first_release(request, tmp_path):
    """(settings of a chat that version 1.0.0 left, a way to run SQL in it)."""
    sql = (RELEASES / f"1.0.0-{request.param}.sql").read_text()
    data = tmp_path / "data"
    first_start.copy_to(data, with_database=False)
    settings = {"DATA_DIR": data, "SECRET_KEY": "x" * 50, "MIGRATE_AT_START": 1}
    if request.param == "sqlite":
        sql = f"PRAGMA foreign_keys=OFF; {sql}"  # rows come before those that they refer to

        def execute(sql):
            with closing(sqlite3.connect(data / "chat.sqlite3", timeout=5)) as connection:
                connection.executescript(f"PRAGMA foreign_keys=ON; {sql}")

    else:
        server = request.getfixturevalue("postgres_server")
        name = f"first_release_{uuid4().hex}"
        settings["DATABASE_URL"] = server.create_database(name)

        def execute(sql):
            with server.connect(name) as connection:
                connection.execute(sql)

    execute(sql)
    return settings, execute


async def test_what_the_first_release_stored_is_served_after_the_upgrade(first_release, tmp_path):
    settings, execute = first_release
    before = await asyncio.to_thread(manage, "backup", tmp_path / "before.gz", **settings)
    assert "2 rooms with 3 messages" in before.stdout, "an upgrade begins with a backup"

    with processes.chat_node(**settings) as node:
        async with visit(node, cursor=("first-epoch", 1)) as hers:
            assert not hers.welcome["reset"], "a client from before the upgrade resumes"
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
            assert await hers.post("Now") == 3
            again = await hers.ask(
                "message.post", client_message_id=message["client_message_id"], body="Another's id"
            )
            assert again["code"] == "conflict"
        async with visit(node, "/ws/attic") as his:
            assert his.welcome["room"]["title"] == "The attic"
        execute(OLD_ROOM)  # as a process of the old version still does
        async with visit(node, "/ws/cellar") as his:
            assert await his.post("Down here") == 1


async def test_the_old_release_posts_and_prunes_beside_the_new_one(first_release):
    """Its statements leave the new columns out, and know nothing of reactions."""
    settings, execute = first_release
    with processes.chat_node(**settings) as node:
        async with visit(node) as hers:
            reaction = {"seq": 1, "emoji": "👍", "on": True}
            head = (await hers.command("message.react", **reaction))["seq"]

            execute(OLD_POST.format(head + 1))
            execute(OLD_PRUNE)

            await hers.bodies(until=head + 1)
            posted = hers.latest(head + 1)
            assert posted["body"] == "From the old release"
            assert not posted.keys() & {"reply_to_seq", "edited_at", "deleted_at", "reactions"}
            page = await hers.command("history.fetch", before=head + 1, limit=10)
            assert [each["seq"] for each in page["messages"]] == [2]
            reactions = await asyncio.to_thread(manage, "shell", "-c", COUNT, **settings)
            assert reactions.stdout.split()[-1] == "0", "they go with their message"


async def test_messages_that_share_an_id_all_stay_and_the_first_answers_retries(
    first_release, tmp_path
):
    settings, execute = first_release
    execute(f"{DOUBLE}; {NEXT}")

    with processes.chat_node(**settings) as node:
        async with visit(node) as hers:
            said = await hers.bodies(until=3)
            first, _, second = hers.messages
            assert said == ["Hello from 1.0.0", "Zoë 🦉", "Hello from 1.0.0"]
            assert second["client_message_id"] != first["client_message_id"]
            assert await hers.post(first["body"], first["client_message_id"]) == 1
            assert await hers.post(second["body"], second["client_message_id"]) == 3


def test_a_post_that_the_old_release_stores_during_the_migration_is_kept(postgres_server, tmp_path):
    settings = {"DATABASE_URL": postgres_server.create_database("shared"), "SECRET_KEY": "x" * 50}
    with ThreadPoolExecutor(1) as pool, postgres_server.connect("shared") as old:
        old.execute((RELEASES / "1.0.0-postgresql.sql").read_text())
        manage("migrate", "chat", "0002", **settings)
        with old.transaction():
            old.execute(DOUBLE)
            old.execute(NEXT)
            migration = pool.submit(manage, "migrate", **settings)
            wait_until_blocked(postgres_server, migration)
        migration.result()

        rows = old.execute(
            "SELECT body, client_message_id FROM chat_message WHERE room_id = 1 ORDER BY seq"
        ).fetchall()
    (first, its_id), _, (third, other_id) = rows
    assert first == third == "Hello from 1.0.0"
    assert its_id != other_id


def wait_until_blocked(server, migration):
    """Return when `migration`, which runs, waits for a lock that another connection holds."""
    deadline = time.monotonic() + processes.UP_WITHIN
    with server.connect("shared") as connection:
        while not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            assert not migration.done(), migration.result().stdout
            assert time.monotonic() < deadline, "the migration does not wait"
            time.sleep(0.02)
