"""The connections that the database threads keep."""

from __future__ import annotations

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import DatabaseError, OperationalError, connection

from chat import database
from chatsite.asgi import application
from tests.posts import SECONDS


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

    with pytest.raises(OperationalError, match="unable to open"):
        await database.write(execute, "ATTACH DATABASE '/no/such/folder/file' AS other")

    assert await kept() is before


async def test_after_any_other_error_the_next_call_has_a_new_connection():
    await database.write(lambda: connection.ensure_connection())

    with pytest.raises(DatabaseError):
        await database.write(execute, "SELECT nonsense")

    assert await kept() is None
