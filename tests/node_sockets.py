"""A client that speaks the protocol to a real server, over TCP."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from testing.waiting import SECONDS
from tests.sockets import Socket


class Line:
    """A WebSocket connection in the shape that `Socket` expects."""

    def __init__(self, connection):
        self.connection = connection

    async def receive_from(self, timeout):
        async with asyncio.timeout(timeout):
            return await self.connection.recv()

    async def send_to(self, text_data):
        await self.connection.send(text_data)


@asynccontextmanager
async def visit(node, path="/ws", *, cursor=None, **options):
    """Be in a room of `node` with `chat.v1`, welcomed and up to date."""
    query = "?epoch={}&since={}".format(*cursor) if cursor else ""
    options = {"subprotocols": ["chat.v1"], "max_size": None, "proxy": None} | options
    async with connect(f"{node.ws_url}{path}{query}", **options) as connection:
        socket = Socket(Line(connection))
        await socket.arrive(cursor)
        yield socket


async def closed_with(node, path="/ws", **options):
    """The code with which `node` closes a connection that it refuses."""
    async with connect(f"{node.ws_url}{path}", proxy=None, **options) as connection:
        async with asyncio.timeout(SECONDS):
            await connection.wait_closed()
        return connection.close_code
