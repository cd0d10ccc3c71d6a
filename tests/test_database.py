"""The database threads: their connections, and how errors reach async code."""

from __future__ import annotations

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import DatabaseError, OperationalError, connection

from chat import database
from chat.protocol.errors import Unavailable
from chatsite.asgi import application
from testing.waiting import SECONDS
from tests.database_threads import away, counted, in_readers, in_writer


async def kept():
    """The writer's connection, or None."""
    return await database.write(lambda: connection.connection)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


async def test_the_writer_is_connected_before_anyone_posts():
    await database.write(lambda: connection.close())
    server = ApplicationCommunicator(application, {"type": "lifespan"})
    try:
        await server.send_input({"type": "lifespan.startup"})
        assert await server.receive_output(SECONDS) == {"type": "lifespan.startup.complete"}

        assert await kept() is not None
    finally:
        server.stop()


async def test_sqlite_keeps_its_connection_where_no_other_file_can_be_opened():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone opens files")
    await database.write(lambda: connection.ensure_connection())
    before = await kept()

    with pytest.raises(Unavailable) as raised:
        await database.write(execute, "ATTACH DATABASE '/no/such/folder/file' AS other")

    assert "unable to open" in str(raised.value.__cause__)
    assert await kept() is before


async def test_after_any_other_error_the_next_call_has_a_new_connection():
    await database.write(lambda: connection.ensure_connection())

    with pytest.raises((DatabaseError, Unavailable)):
        await database.write(execute, "SELECT nonsense")

    assert await kept() is None


@pytest.mark.parametrize(
    ("call", "threads"), [(database.read, in_readers), (database.write, in_writer)]
)
async def test_a_database_that_is_away_is_the_same_refusal_to_readers_and_writers(call, threads):
    async with away(threads):
        with pytest.raises(Unavailable) as raised:
            await call(execute, "SELECT 1")

    assert isinstance(raised.value.__cause__, OperationalError)


async def test_a_read_is_tried_twice_and_a_write_once():
    async with counted(in_readers, "SELECT 1") as reads, away(in_readers):
        with pytest.raises(Unavailable):
            await database.read(execute, "SELECT 1")
    async with counted(in_writer, "SELECT 1") as writes, away(in_writer):
        with pytest.raises(Unavailable):
            await database.write(execute, "SELECT 1")

    assert (len(reads), len(writes)) == (2, 1)
