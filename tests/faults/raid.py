"""A raid: `python -m tests.faults.raid RAIDERS PORT...`, newcomers who write as fast as they can.

A process of its own, as storms.py. Each raider has an address and a guest's cookie. Whoever is
banned comes again, half of them as a new guest. It prints what they do as JSON lines.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from uuid import uuid4

from chat.protocol.errors import CloseCode
from tests.faults import hostile
from tests.faults.storms import GET, Abuser
from tests.server.raw_socket import frame

SPAM = "BUY NOW"
IMPATIENT = 0.1  # seconds until a raider tries again who was refused
AWAY = 0.5, 1.5  # seconds until one comes back
CLOSE = 0x8


class Raid(Abuser):
    """The raid's process, and what it has told."""

    def __init__(self, process):
        super().__init__(process)
        self.told = defaultdict(list)  # by author
        self.cookies = {}  # by author
        self.refused = Counter()
        self.closed = Counter()

    def hear(self, line):
        event = json.loads(line)
        author_id, what = event.pop("author_id"), event["what"]
        if what == "invoke":
            self.told[author_id].append(event)
        elif what == "enter":
            self.cookies[author_id] = event["cookie"]
        elif what == "refused":
            self.refused[event["code"]] += 1
        else:
            self.closed[event["code"]] += 1

    @property
    def histories(self):
        """What the checker needs to know of the raiders."""
        return [
            {"name": "raider", "author_ids": [author_id], "stayed": False, "events": events}
            for author_id, events in self.told.items()
        ]

    @asynccontextmanager
    async def going_on(self):
        raiding = asyncio.create_task(self.run())
        try:
            yield
        finally:
            raiding.cancel()
            await asyncio.gather(raiding, return_exceptions=True)


@asynccontextmanager
async def raid(count, nodes):
    """A Raid that waits for its first `run`."""
    ports = [str(node.port) for node in nodes]
    command = [sys.executable, "-m", "tests.faults.raid", str(count), *ports]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        await process.stdout.readline()  # it has started, and stopped itself
        yield Raid(process)
    finally:
        process.kill()
        await process.wait()


class Raider:
    def __init__(self, number, nodes):
        self.number, self.nodes = number, nodes
        self.address = f"127.1.{number // 200}.{number % 200 + 1}"
        self.cookie = None

    async def run(self):
        while True:
            with suppress(OSError, AssertionError, EOFError):  # TimeoutError is an OSError
                await self.visit(random.choice(self.nodes))
            await asyncio.sleep(random.uniform(*AWAY))

    async def visit(self, node):
        if self.cookie is None:
            self.cookie = await new_cookie(node, self.address)
        plain = await hostile.dial(node, address=self.address)
        try:
            await hostile.enter(plain, cookie=self.cookie)
            await self.write(*await asyncio.open_connection(sock=plain))
        finally:
            hostile.vanish(plain)

    async def write(self, reader, writer):
        """Post, each as soon as the one before is stored, until the end of the connection."""
        author_id = post = None
        async for opcode, payload in hostile.frames(reader):
            if opcode == CLOSE:
                code = int.from_bytes(payload[:2])
                tell("close", author_id, code=code)
                if code == CloseCode.BANNED and self.number % 2:
                    self.cookie = None
                return
            kind = payload[:20].partition(b'"type":"')[2].partition(b'"')[0]
            if kind == b"welcome":
                author_id = json.loads(payload)["you"]["author_id"]
                tell("enter", author_id, cookie=self.cookie)
            elif kind == b"ack":
                post = None
            elif kind == b"error":
                tell("refused", author_id, code=json.loads(payload)["code"])
                await asyncio.sleep(IMPATIENT)
            else:
                continue
            post = post or self.new_post(author_id)
            writer.write(frame(hostile.TEXT, json.dumps(post).encode()))

    def new_post(self, author_id):
        message_id, body = str(uuid4()), f"{SPAM} {random.getrandbits(32)}"
        tell("invoke", author_id, id=message_id, body=body)
        return {"type": "message.post", "id": 1, "client_message_id": message_id, "body": body}


async def new_cookie(node, address):
    """The cookie of a guest who opens the page for the first time, from this address."""
    plain = await hostile.dial(node, address=address)
    reader, writer = await asyncio.open_connection(sock=plain)
    writer.write(GET.format(path="/").encode())
    async with asyncio.timeout(hostile.WITHIN):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    hostile.vanish(plain)
    value = head.partition("chat_guest=")[2].partition(";")[0]
    return f"chat_guest={value}" if value else None


def tell(what, author_id, **fields):
    event = {"at": time.monotonic(), "what": what, "author_id": author_id, **fields}
    print(json.dumps(event), flush=True)


async def main(count, ports):
    nodes = [SimpleNamespace(port=int(port)) for port in ports]
    await asyncio.gather(*(Raider(number, nodes).run() for number in range(count)))


if __name__ == "__main__":
    print("ready", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
