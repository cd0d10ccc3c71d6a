"""Servers that share a database, and whether the channel layer carries messages between them."""

from __future__ import annotations

import asyncio
import time

from testing import processes
from testing.waiting import SECONDS
from tests.managing import manage

LIVE = 0.7  # seconds; usually the next poll of the log takes longer
IN_A_ROW = 8  # messages; a poll cannot happen to bring all of them so soon


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
    """Send messages until IN_A_ROW of them arrive sooner than polls of the log would bring them."""
    deadline = time.monotonic() + 2 * SECONDS
    in_a_row = 0
    while in_a_row < IN_A_ROW:
        is_live = await arrives(his, await hers.post("Are we live?")) < LIVE
        in_a_row = in_a_row + 1 if is_live else 0
        assert time.monotonic() < deadline, "messages arrive only by polls of the log"


async def own_by_link(socket, database_url):
    """Become an owner of a stored room, by the link that `manage.py room_key` prints."""
    slug = socket.welcome["room"]["slug"]
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": "x" * 50}
    printed = await asyncio.to_thread(manage, "room_key", slug, **settings)
    await socket.command("room.claim", key=printed.stdout.partition("#key=")[2].split()[0])
    await socket.until(lambda: socket.standing["role"] == "owner")
