"""Deleted means gone: a password that was posted, edited and deleted is looked for everywhere."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import sqlite3
from contextlib import closing
from urllib.request import Request, urlopen
from uuid import uuid4

import msgspec
import pytest

pytest.importorskip("websockets")

from chat.live.runtime import runtime
from testing import first_start, processes
from testing.waiting import until
from tests.managing import manage
from tests.node_sockets import visit
from tests.nodes_together import node_on
from tests.people_shown import cookie
from tests.sockets import enter, plain

SECRET = "hunter"  # in both versions of the text, and in nothing else
FIRST, EDITED = "My password is hunter2", "My password is *hunter3*, sorry"


@pytest.mark.takes(240)
async def test_a_deleted_password_is_nowhere_on_two_nodes(postgres_server, redis_server, tmp_path):
    name = f"gone_{uuid4().hex}"
    url = postgres_server.create_database(name)
    shared = {"REDIS_URL": redis_server.url, "SOCKETS_PER_ADDRESS": 0}
    with node_on(url, **shared) as here, node_on(url, **shared) as there:
        both = here, there
        settings = {"DATABASE_URL": url, "SECRET_KEY": "x" * 50}
        async with visit(here) as ada, visit(there) as bob:
            epoch = ada.welcome["epoch"]
            await ada.post("Before")
            async with visit(there) as carol:
                secret = await ada.post(FIRST)
                assert FIRST in await carol.bodies(until=secret), "she saw it, and left"
            await ada.command("message.edit", seq=secret, body=EDITED)
            reply = {"client_message_id": str(uuid4()), "body": "Change it", "reply_to_seq": secret}
            await bob.command("message.post", **reply)
            await bob.command("message.react", seq=secret, emoji="😱", on=True)
            for node in both:  # what is looked through below would show it
                assert SECRET in await asyncio.to_thread(pages, node, secret)
                assert SECRET in await frames(node, epoch, secret, range(1, 5))
            assert SECRET in await asyncio.to_thread(copies, tmp_path / "before", settings)
            assert SECRET in await asyncio.to_thread(rows, postgres_server, name)

            head = (await ada.command("message.delete", seq=secret))["seq"]
            await ada.bodies(until=head)
            await bob.bodies(until=head)
            for reader in (ada, bob):
                assert reader.latest(secret)["deleted_at"]
                assert SECRET not in json.dumps(reader.latest(secret))

            for node in both:
                assert SECRET not in await frames(node, epoch, secret, range(head + 1))
                assert SECRET not in await asyncio.to_thread(pages, node, secret)
                assert SECRET not in node.log_text()
            assert SECRET not in await asyncio.to_thread(copies, tmp_path / "after", settings)
            assert SECRET not in await asyncio.to_thread(rows, postgres_server, name)


async def test_a_deleted_password_is_not_in_the_files_of_sqlite(tmp_path):
    """Nor is a long one, which SQLite stores in pages of its own. The server is stopped: until the
    next checkpoint the pages before a deletion are still in the write-ahead log."""
    words = f"{SECRET}2 " + "x" * 3_900 + f" {SECRET}3"
    first_start.copy_to(tmp_path)
    with processes.chat_node(DATA_DIR=tmp_path, SECRET_KEY="x" * 50) as node:
        async with visit(node) as ada:
            for body in ("Before", FIRST, words, words, "After"):
                seq = await ada.post(body)
            await ada.bodies(until=seq)
            assert in_files(tmp_path, SECRET), "what is looked through below would show it"
            await ada.command("message.edit", seq=4, body="Edited")
            for gone in (2, 3):
                await ada.command("message.delete", seq=gone)
    with closing(sqlite3.connect(tmp_path / "chat.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    assert in_files(tmp_path, "After")
    assert not in_files(tmp_path, SECRET)


def in_files(folder, text):
    """The files that contain `text`."""
    return [path for path in folder.rglob("*") if path.is_file() and contains(path, text)]


def contains(path, text):
    return text.encode() in path.read_bytes()


async def frames(node, epoch, seq, cursors):
    """All that `node` sends to newcomers, to those who resume at any of `cursors`, and to those
    who ask for the message."""
    received = []
    async with visit(node) as newcomer:
        received += [newcomer.messages, newcomer.welcome]
        head = newcomer.welcome["head"]
        for before in range(2, head + 2):
            received.append(await newcomer.command("history.fetch", before=before, limit=100))
        received.append(await newcomer.command("messages.fetch", seqs=list(range(1, head + 1))))
    for cursor in cursors:
        async with visit(node, cursor=(epoch, cursor)) as back:
            assert not back.welcome["reset"]
            received += [back.messages, back.other]
    return json.dumps(received)


def pages(node, seq):
    """All that `node` answers over HTTP about the message."""
    paths = [
        *["/", f"/?at={seq}", f"/?reply={seq}", f"/r/lobby/{seq}/", "/rooms/", "/rooms.json"],
        *[f"/r/lobby/{seq + 2}/", f"/r/lobby/reactions/?seq={seq}"],
        *["/r/lobby/missed/?after=0", "/r/lobby/at/?date=2020-01-01"],
    ]
    answers = []
    for path in paths:
        accept = "text/html" if path.endswith("/") or "?at=" in path else "application/json"
        with urlopen(Request(f"{node.url}{path}", headers={"Accept": accept})) as answer:
            answers.append(answer.read().decode())
    return "\n".join(answers)


def copies(folder, settings):
    """Exports of both kinds and a backup, made now."""
    folder.mkdir()
    for kind in ("jsonl", "html"):
        manage("export", "lobby", "--format", kind, "-o", folder / kind, **settings)
    manage("backup", folder / "backup.gz", **settings)
    backup = gzip.decompress((folder / "backup.gz").read_bytes()).decode()
    return "\n".join([(folder / "jsonl").read_text(), (folder / "html").read_text(), backup])


def rows(server, name):
    """Everything that the database holds in rows."""
    with server.connect(name) as database:
        tables = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        return "\n".join(
            str(database.execute(f'SELECT * FROM "{table}"').fetchall()) for (table,) in tables
        )


@pytest.mark.django_db(transaction=True)
async def test_a_process_forgets_a_deleted_password():
    """Every string that Python's garbage collector can reach, after the announcement arrived."""
    text = f"My password is {uuid4().hex}"
    parts = text[:20], text[20:]  # the test itself must not hold it
    alice, bob = cookie("Alice"), cookie("Bob")
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, plain() as terminal:
        cursor = his.welcome["epoch"], his.cursor
        seq = await hers.post(text)
        del text
        await his.bodies(until=seq)
        async with enter(cookie=bob, cursor=cursor):
            await hers.command("history.fetch", before=seq + 1, limit=10)
        reply = {"client_message_id": str(uuid4()), "body": "Change it", "reply_to_seq": seq}
        await his.command("message.post", **reply)
        await terminal.receive_from()
        forget(hers, his)
        assert holders_of(*parts), "what is looked through below would show it"

        head = (await hers.command("message.delete", seq=seq))["seq"]
        for reader in (hers, his):
            await reader.bodies(until=head)
        hub = runtime().hubs.get("lobby")
        await until(lambda: hub.released == head)
        async with enter(cookie=bob, cursor=cursor), enter(cookie=bob):
            forget(hers, his)
            assert not holders_of(*parts)


def forget(*readers):
    """Drop what these clients, who are in this process too, have received."""
    for reader in readers:
        reader.messages.clear()
        reader.other.clear()


def holders_of(*parts):
    """The types of the objects that hold a string with these parts, one after the other."""
    gc.collect()
    text = "".join(parts)
    own = {id(text), id(encoded := text.encode())}
    todo, untracked = gc.get_objects(), {}
    found = []
    while todo:
        holder = todo.pop()
        for each in gc.get_referents(holder):
            if isinstance(each, str):
                if id(each) not in own and text in each:
                    found.append(type(holder).__name__)
            elif isinstance(each, bytes | bytearray | memoryview | msgspec.Raw):
                if id(each) not in own and encoded in bytes(each):
                    found.append(type(holder).__name__)
            elif not gc.is_tracked(each) and id(each) not in untracked:
                untracked[id(each)] = each  # such as a tuple of strings
                todo.append(each)
    return found
