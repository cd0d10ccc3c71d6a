"""The chat of Quart's tutorial on Hypercorn: a broker of one asyncio.Queue per connection.

https://quart.palletsprojects.com/en/latest/tutorials/chat_tutorial/
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from quart import Quart, websocket


class Broker:
    def __init__(self) -> None:
        self.connections: set[asyncio.Queue[str]] = set()

    async def publish(self, message: str) -> None:
        for connection in self.connections:
            await connection.put(message)

    async def subscribe(self) -> AsyncGenerator[str, None]:
        connection: asyncio.Queue[str] = asyncio.Queue()
        self.connections.add(connection)
        try:
            while True:
                yield await connection.get()
        finally:
            self.connections.remove(connection)


app = Quart(__name__)
broker = Broker()


async def _receive() -> None:
    while True:
        message = await websocket.receive()
        await broker.publish(str(message))


@app.websocket("/ws")
async def ws() -> None:
    task = asyncio.ensure_future(_receive())
    try:
        async for message in broker.subscribe():
            await websocket.send(message)
    finally:
        task.cancel()
        await task
