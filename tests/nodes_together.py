"""Servers that share a database, and whether the channel layer carries what is said on one."""

from __future__ import annotations

import time

from testing import processes

LIVE = 0.7  # seconds; sooner than the database is asked for the heads, mostly
IN_A_ROW = 8  # messages that cannot all be lucky


def node_on(database_url, **settings):
    """A node that shares this database."""
    shared = {"DATABASE_URL": database_url, "SECRET_KEY": "x" * 50, "MIGRATE_AT_START": 1}
    return processes.chat_node(MESSAGE_RATE=0, COMMAND_RATE=0, **shared, **settings)


async def arrives(socket, seq):
    """Seconds until `socket` has seen `seq`."""
    started = time.monotonic()
    await socket.bodies(until=seq)
    return time.monotonic() - started


async def talks_live(hers, his):
    """Say things until so many in a row are there sooner than the log alone would bring them."""
    deadline = time.monotonic() + 20
    in_a_row = 0
    while in_a_row < IN_A_ROW:
        is_live = await arrives(his, await hers.say("Are we live?")) < LIVE
        in_a_row = in_a_row + 1 if is_live else 0
        assert time.monotonic() < deadline, "they never heard each other by Redis again"
