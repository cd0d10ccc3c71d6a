"""A person's socket, as connection.js keeps it: reconnects when lost, resumes from the cursor,
matches replies to commands, and finds out by itself that a network is dead."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from itertools import count

import msgspec
import websockets
from websockets.asyncio.client import connect

OPEN_TIMEOUT = 10  # seconds from the attempt to the welcome
REPLY_TIMEOUT = 10  # seconds; a command unanswered for longer means that the connection is dead
QUIET = 45  # seconds without any frame before it probes the connection
STEADY = 5  # seconds connected before the backoff is reset
BACKOFF = 1, 15  # seconds, at first and at most
TICK = 0.1  # seconds between looks at the clock
NO_CODE = 1006  # a browser's code for an end without a close frame


class Lost(Exception):
    """The connection went away before the reply."""


class Addresses:
    """The chat's addresses. A person that loses one uses the next; the list may change.

    `ssl` is the SSL context for wss URLs."""

    def __init__(self, urls, ssl=None):
        self.urls, self.ssl = list(urls), ssl

    def __getitem__(self, number):
        return self.urls[number % len(self.urls)]


class Link:
    """`person` has a `cursor` and a `cookie`, gets each frame (`receive`), and records what happens
    (`note`). `patience` scales the page's timeouts."""

    def __init__(self, person, addresses, *, path, first, seed, patience):
        self.person, self.addresses, self.path = person, addresses, path
        self.patience = patience
        self.number = first  # of the address in use
        self.welcomed = asyncio.Event()
        self.leave_at = None  # monotonic; the server is going away
        self._random = random.Random(seed)
        self._socket = None
        self._heard_at = 0.0
        self._failures = 0
        self._ids = count(1)
        self._replies = {}

    async def run(self):
        """Run until cancelled, or until the server closes with a final code; returns that code."""
        while True:
            code = await self._one_socket()
            self.person.note("close", code=code)
            self.number += 1
            if 4500 <= code <= 4999:
                return code
            await asyncio.sleep(self._pause())

    async def ask(self, kind, **fields):
        """The reply, an ack or an error. Raises Lost."""
        if self._socket is None:
            raise Lost
        number = next(self._ids)
        reply = asyncio.get_running_loop().create_future()
        self._replies[number] = time.monotonic(), reply
        try:
            await self._socket.send(
                msgspec.json.encode({"type": kind, "id": number, **fields}).decode()
            )
            return await reply
        except websockets.ConnectionClosed:
            raise Lost from None
        finally:
            self._replies.pop(number, None)

    def drop(self):
        """Cut the connection off, without a close frame."""
        if self._socket is not None:
            self._socket.transport.abort()

    def _pause(self):
        leave_at, self.leave_at = self.leave_at, None
        if leave_at is not None and leave_at > time.monotonic():
            return leave_at - time.monotonic()
        first, most = BACKOFF
        ceiling = min(most, first * 2**self._failures)
        self._failures += 1
        return self._random.random() * ceiling

    async def _one_socket(self):
        """Connect and run until the end; returns the close code."""
        url, cursor = self.addresses[self.number], self.person.cursor
        query = "?epoch={}&since={}".format(*cursor) if cursor else ""
        self.person.note("connect", url=url, cursor=cursor)
        try:
            async with connect(
                f"{url}{self.path}{query}",
                subprotocols=["chat.v1"],
                origin=url.replace("ws", "http", 1),
                additional_headers={"Cookie": self.person.cookie} if self.person.cookie else {},
                open_timeout=OPEN_TIMEOUT * self.patience,
                close_timeout=1,
                ping_interval=None,  # pages have none
                compression=None,
                max_size=None,
                proxy=None,
                ssl=self.addresses.ssl if url.startswith("wss:") else None,
            ) as socket:
                return await self._use(socket)
        except (OSError, EOFError, websockets.WebSocketException):  # TimeoutError is an OSError
            return NO_CODE

    async def _use(self, socket):
        self._socket, opened_at = socket, time.monotonic()
        tasks = [asyncio.create_task(work) for work in (self._read(), self._watch(opened_at))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            if self.welcomed.is_set() and time.monotonic() - opened_at > STEADY:
                self._failures = 0
            self.welcomed.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _, reply in self._replies.values():
                if not reply.done():
                    reply.set_exception(Lost())
                    reply.exception()  # retrieved, as no task may be waiting for it
            self._socket = None

    async def _read(self):
        try:
            while True:
                frame = msgspec.json.decode(await self._socket.recv())
                self._heard_at = time.monotonic()
                self._settle(frame)
                self.person.receive(frame)
                if frame["type"] == "welcome":
                    self.welcomed.set()
                elif frame["type"] == "going_away":
                    self.leave_at = self._heard_at + frame["retry_in_ms"] / 1000
        except websockets.ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else NO_CODE

    def _settle(self, frame):
        _, reply = self._replies.get(frame.get("reply_to"), (None, None))
        if reply is not None and not reply.done():
            reply.set_result(frame)

    async def _watch(self, opened_at):
        """A dead network closes no socket: probe it, and give up without a reply."""
        self._heard_at = opened_at
        asking = None
        try:
            while True:
                await asyncio.sleep(TICK)
                now = time.monotonic()
                oldest = min((sent for sent, _ in self._replies.values()), default=now)
                if now - oldest > REPLY_TIMEOUT * self.patience:
                    return NO_CODE
                if not self.welcomed.is_set() and now - opened_at > OPEN_TIMEOUT * self.patience:
                    return NO_CODE
                if self.leave_at is not None and now >= self.leave_at:
                    return 1000  # our own end
                if now - self._heard_at > QUIET * self.patience:
                    self._heard_at = now
                    asking = asyncio.create_task(self._probe())
        finally:
            if asking:
                asking.cancel()

    async def _probe(self):
        with suppress(Lost):
            await self.ask("history.fetch", before=1, limit=1)
