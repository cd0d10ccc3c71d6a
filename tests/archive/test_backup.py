"""A backup is made during a conversation, and restored on another machine or database."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

pytest.importorskip("websockets")

from testing import first_start, processes
from tests.managing import manage
from tests.node_sockets import visit

SECRET = "x" * 50
TALKERS = 4
ROOMS = ("/ws", "/ws/attic")
WITHIN = 10  # seconds


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    """The settings of a new, empty chat: call it for another."""

    def store(kind, name):
        settings = {"DATA_DIR": tmp_path / name, "SECRET_KEY": SECRET, "MIGRATE_AT_START": 1}
        first_start.copy_to(settings["DATA_DIR"], with_database=False)
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            settings["DATABASE_URL"] = server.create_database(f"{name}_{time.monotonic_ns()}")
        return settings

    store.kind = request.param
    return store


def node_on(settings):
    return processes.chat_node(MESSAGE_RATE=0, COMMAND_RATE=0, **settings)


async def talking(sockets, stop):
    """Everybody posts until `stop`; returns the number of stored messages."""

    async def talk(socket):
        said = 0
        while not stop.is_set():
            await socket.post(f"This is number {said} of mine")
            said += 1
        return said

    return sum(await asyncio.gather(*map(talk, sockets)))


async def whole_log(node, path):
    """The seqs that a room has, in order, and its head."""
    async with visit(node, path) as reader:
        messages, more = reader.messages, True
        while more and messages[0]["seq"] > 1:
            page = await reader.command("history.fetch", before=messages[0]["seq"], limit=100)
            messages, more = [*page["messages"], *messages], page["more"]
        return [message["seq"] for message in messages], reader.welcome["head"]


async def test_a_backup_during_a_conversation_is_consistent_and_blocks_nobody(store, tmp_path):
    there, elsewhere = store(store.kind, "there"), store(store.kind, "elsewhere")
    file = tmp_path / "backup.gz"
    with node_on(there) as node:
        async with AsyncExitStack() as stack:
            paths = [ROOMS[number % 2] for number in range(TALKERS)]
            people = [await stack.enter_async_context(visit(node, path)) for path in paths]
            stop = asyncio.Event()
            talk = asyncio.create_task(talking(people, stop))
            while min(person.cursor or 0 for person in people) < 500:
                await asyncio.sleep(0.01)
            before = {path: person.cursor for path, person in zip(paths, people, strict=True)}
            during = [sum(person.cursor for person in people)]

            await asyncio.to_thread(manage, "backup", file, **there)

            during.append(sum(person.cursor for person in people))
            stop.set()
            said = await talk
        assert during[1] - during[0] > 20, "they had to wait for the backup"

    await asyncio.to_thread(manage, "restore", file, **elsewhere)

    with node_on(elsewhere) as node:
        heads = 0
        for path in ROOMS:
            seqs, head = await whole_log(node, path)
            assert seqs == list(range(1, head + 1)), "a hole, or half of a batch"
            assert head >= before[path]
            heads += head
        assert heads <= said
        async with visit(node) as again:
            assert await again.post("On we go") == again.welcome["head"] + 1


async def test_a_backup_of_sqlite_is_restored_into_postgresql(postgres_server, tmp_path):
    there = {"DATA_DIR": tmp_path / "there", "SECRET_KEY": SECRET}
    elsewhere = {
        "DATA_DIR": tmp_path / "elsewhere",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": postgres_server.create_database("from_sqlite"),
    }
    first_start.copy_to(there["DATA_DIR"])
    first_start.copy_to(elsewhere["DATA_DIR"], with_database=False)
    file = tmp_path / "backup.gz"
    with node_on(there) as node:
        async with visit(node, "/ws/attic") as hers:
            for body in ("Zoë 🦉", "two\nlines", "\\N \\. \t ' \" %s"):
                await hers.post(body)
            said = hers.messages
    manage("backup", file, **there)

    manage("restore", file, **elsewhere)

    with node_on(elsewhere) as node:
        async with visit(node, "/ws/attic") as again:
            assert again.messages == said, "with their times, ids and authors"
            assert again.welcome["epoch"] != hers.welcome["epoch"]
            assert await again.post("The next") == 4


async def test_connected_clients_reset_when_the_chat_is_restored(store, tmp_path):
    settings, file = store(store.kind, "live"), tmp_path / "backup.gz"
    with node_on(settings) as node:
        async with visit(node) as hers, visit(node, "/ws/new") as his:
            await hers.post("Kept")
            await asyncio.to_thread(manage, "backup", file, **settings)
            await hers.post("Given up")
            await his.post("Given up with its room")
            cursor = hers.welcome["epoch"], hers.cursor
            refused = await asyncio.to_thread(manage, "restore", file, check=False, **settings)
            assert refused.returncode == 1
            assert "not empty" in refused.stdout
            assert "--replace" in refused.stdout

            await asyncio.to_thread(manage, "restore", file, "--replace", "--yes", **settings)

            for line in (hers, his):
                connection = line.communicator.connection
                async with asyncio.timeout(WITHIN):
                    await connection.wait_closed()
                assert connection.close_code == 4009

        async with visit(node, cursor=cursor) as again:
            assert again.welcome["reset"]
            assert await again.bodies(until=1) == ["Kept"]
            assert await again.post("The next") == 2
