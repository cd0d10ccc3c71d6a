"""Abuse from one address at full speed: `python -m tests.faults.storms KIND PORT`.

It is a process of its own: in one process the measuring clients would wait for the abusive ones,
and not for the server.
It prints how often it was answered, which tells abuse from a client that never got in.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager, suppress
from itertools import count
from types import SimpleNamespace
from uuid import uuid4

from tests.faults import hostile
from tests.server.raw_socket import frame

SOCKETS = 100
TURN = 0.02  # seconds between two commands of a socket that does not wait for the answer
GET = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


class Abuser:
    """Controls a storm's process, which is stopped except while `run` is awaited."""

    def __init__(self, process):
        self._process = process
        self.answered = 0

    async def run(self):
        """Let it run until cancelled."""
        self._process.send_signal(signal.SIGCONT)
        try:
            async for line in self._process.stdout:
                self.hear(line)
        finally:
            self._process.send_signal(signal.SIGSTOP)

    def hear(self, line):
        """Take what it prints."""
        self.answered = int(line)


@asynccontextmanager
async def abuser(kind, node):
    """An Abuser that waits for its first `run`."""
    command = [sys.executable, "-m", "tests.faults.storms", kind, str(node.port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        await process.stdout.readline()  # it has started, and stopped itself
        yield Abuser(process)
    finally:
        process.kill()
        await process.wait()


class Storm:
    """`sockets` clients at once, each of which repeats the same."""

    sockets = SOCKETS

    def __init__(self, node):
        self.node = node
        self.answered = 0

    async def run(self):
        await asyncio.gather(self._count(), *(self._client() for _ in range(self.sockets)))

    async def _count(self):
        while True:
            await asyncio.sleep(0.1)
            print(self.answered, flush=True)

    async def _client(self):
        while True:
            with suppress(OSError, AssertionError, TimeoutError):  # refused or closed: try again
                plain = await hostile.dial(self.node)
                try:
                    await self.abuse(plain)
                finally:
                    hostile.vanish(plain)
            await asyncio.sleep(TURN)

    async def abuse(self, plain):
        """Use one connection, until it is closed or this is cancelled."""
        raise NotImplementedError

    async def receive(self, plain):
        """Some bytes. Raises OSError at the end."""
        async with asyncio.timeout(hostile.WITHIN):
            data = await asyncio.get_running_loop().sock_recv(plain, 1 << 18)
        if not data:
            raise ConnectionResetError
        return data


class Commands(Storm):
    """Commands of `chat.v1`, whose replies are counted and otherwise ignored."""

    def commands(self):
        """The commands that a socket sends, in turn."""
        raise NotImplementedError

    async def abuse(self, plain):
        await hostile.enter(plain)
        reading = asyncio.create_task(self._read(plain))
        try:
            for number, command in enumerate(self.commands(), 1):
                await hostile.send(plain, {"id": number, **command})
                await asyncio.sleep(TURN)
                if reading.done():
                    return
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, plain):
        while True:
            self.answered += (await self.receive(plain)).count(b'"reply_to"')


class Renames(Commands):
    sockets = 20

    def commands(self):
        for number in count():
            yield {"type": "typing.start"}
            yield {"type": "name.set", "name": f"Mallory {number}"}


class Typing(Commands):
    def commands(self):
        while True:
            yield {"type": "typing.start"}


class History(Commands):
    def commands(self):
        while True:
            yield {"type": "history.fetch", "before": 1_000_000, "limit": 100}


class Keys(Commands):
    """Guesses of the key of an owner link."""

    def commands(self):
        for number in count():
            yield {"type": "room.claim", "key": f"guess-{number}"}


class Handshakes(Storm):
    sockets = 40

    async def abuse(self, plain):
        await hostile.enter(plain)
        self.answered += 1


class NewRooms(Storm):
    """A first message in a new room over each connection."""

    sockets = 40

    async def abuse(self, plain):
        await hostile.enter(plain, path=f"/ws/{uuid4()}")
        post = {"type": "message.post", "id": 1, "body": "x" * 4000}
        post["client_message_id"] = str(uuid4())
        payload = frame(hostile.TEXT, json.dumps(post).encode())
        await asyncio.get_running_loop().sock_sendall(plain, payload)
        while b'"reply_to"' not in await self.receive(plain):
            pass
        self.answered += 1


class Pages(Storm):
    sockets = 50
    paths = ("/", "/rooms.json?slug=attic", "/r/attic/", "/r/lobby/missed/?after=0")

    async def abuse(self, plain):
        loop, number = asyncio.get_running_loop(), self.answered
        path = self.paths[number % len(self.paths)]
        await loop.sock_sendall(plain, GET.format(path=path).encode())
        answer = await self.receive(plain)
        assert answer.startswith(b"HTTP/1.1 ")
        self.answered += 1


KINDS = {
    kind.__name__: kind for kind in (Renames, Typing, History, Keys, Handshakes, NewRooms, Pages)
}

if __name__ == "__main__":
    _, kind, port = sys.argv
    print("ready", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    asyncio.run(KINDS[kind](SimpleNamespace(port=int(port))).run())
