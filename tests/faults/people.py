"""People that behave like the page: an outbox, a cursor, and one socket at a time.

Each records what they sent, what the server answered and what they received; checker.py checks
those records.
"""

from __future__ import annotations

import asyncio
import random
import time
from itertools import pairwise
from uuid import UUID

from tests.faults.link import Link, Lost

STEPS = "welcome", "close"
SHORTEST_PAUSE = 0.1  # seconds between two attempts to send

_interned = {}


class Person:
    """A person in a room, from `enter` to `leave`, over any number of sockets."""

    def __init__(self, name, addresses, cookie, *, room="lobby", first=0, seed=0, patience=1.0):
        """`first` is the address to start with; for `patience` see Link. Without a `cookie`
        they are a new guest at each connection."""
        self.name, self.cookie = name, cookie
        self.author_ids = []  # the latest last
        self.stayed = True  # until the server closes with a final code
        self.events = []
        self.outbox = {}  # body by client_message_id, oldest first
        self.seen_at = {}  # by client_message_id
        self.epoch = self.head = None
        path = "/ws" if room == "lobby" else f"/ws/{room}"
        seed = f"{seed} {name}"
        self.link = Link(self, addresses, path=path, first=first, seed=seed, patience=patience)
        self._random = random.Random(seed)
        self._news = asyncio.Event()  # set at each frame; cleared by the task that waits
        self._unsent = asyncio.Event()
        self._tasks = []

    @property
    def cursor(self):
        return None if self.head is None else [self.epoch, self.head]

    def note(self, what, **fields):
        self.events.append({"at": time.monotonic(), "what": what, **fields})

    def noted(self, what):
        return [event for event in self.events if event["what"] == what]

    def closes(self):
        """The codes with which their attempts and sockets ended, in order."""
        return [event["code"] for event in self.noted("close")]

    def farewells(self):
        """Of these, the codes of the sockets that had been welcomed."""
        steps = [event for event in self.events if event["what"] in STEPS]
        return [b["code"] for a, b in pairwise(steps) if (a["what"], b["what"]) == STEPS]

    def resets(self):
        return sum(event["reset"] for event in self.noted("welcome"))

    def send(self, body):
        """Put a message into the outbox, which is sent in order; returns its id."""
        message_id = str(UUID(int=self._random.getrandbits(128), version=4))
        self.outbox[message_id] = body
        self.note("invoke", id=message_id, body=body)
        self._unsent.set()
        return message_id

    async def enter(self, seconds=30):
        """Return when they are connected and see the room."""
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._deliver())]
        await self.until(lambda: self.head is not None, seconds)

    async def until(self, condition, seconds):
        """Wait for a condition that a frame can fulfil. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def leave(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def history(self):
        known = {"name": self.name, "author_ids": self.author_ids, "stayed": self.stayed}
        return known | {"events": [*self.events]}

    def receive(self, frame):
        if frame["type"] == "welcome":
            if frame["you"]["author_id"] not in self.author_ids:
                self.author_ids.append(frame["you"]["author_id"])
            self.note("welcome", **{key: frame[key] for key in ("epoch", "head", "reset")})
            if frame["reset"] or frame["epoch"] != self.epoch:
                self.head = None
            self.epoch = frame["epoch"]
        elif frame["type"] == "room.changed":
            messages = [as_row(message) for message in frame["messages"]]
            self.note("changes", after=frame["after"], head=frame["head"], messages=messages)
            self.head = frame["head"]
            for message in messages:
                self.seen_at.setdefault(message[3], time.monotonic())
        elif frame["type"] == "going_away":
            self.note("going_away", retry_in_ms=frame["retry_in_ms"])
        self._news.set()

    async def _live(self):
        await self.link.run()
        self.stayed = False

    async def _deliver(self):
        """Send the outbox, one message at a time, each until the server settles it."""
        while True:
            await self._unsent.wait()
            await self.link.welcomed.wait()
            message_id, body = next(iter(self.outbox.items()))
            try:
                reply = await self.link.ask("message.post", client_message_id=message_id, body=body)
            except Lost:
                await asyncio.sleep(SHORTEST_PAUSE)  # until the link has noticed too
            else:
                await self._settle(message_id, reply)

    async def _settle(self, message_id, reply):
        if reply["type"] == "ack":
            sender = {"epoch": self.epoch, "author_id": self.author_ids[-1]}
            self.note("ok", id=message_id, seq=reply["seq"], **sender)
        elif reply["retry_in_ms"] is None:
            self.note("fail", id=message_id, code=reply["code"])
        else:
            self.note("retry", id=message_id, code=reply["code"])
            await asyncio.sleep(max(reply["retry_in_ms"] / 1000, SHORTEST_PAUSE))
            return
        del self.outbox[message_id]
        if not self.outbox:
            self._unsent.clear()
        self._news.set()


def as_row(message):
    """In the checker's format; one object for all people who received it."""
    keys = ("changed_seq", "seq", "author_id", "client_message_id", "body")
    row = tuple(message[key] for key in keys)
    return _interned.setdefault(row, row)
