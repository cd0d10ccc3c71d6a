"""People that behave like the page: an outbox, a cursor, and one socket at a time.

Each records what they sent, what the server answered and what they received; checker.py checks
those records.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from itertools import pairwise
from uuid import UUID

from chat.protocol.frames import MAX_FETCH
from tests.faults.history import Row, Sweep
from tests.faults.link import Link, Lost
from tests.faults.timeline import Timeline

STEPS = "welcome", "close"
SHORTEST_PAUSE = 0.1  # seconds between two attempts to send
RECENT = 10  # messages that a person remembers, to change them
NOTED_AS = {"message.post": "", "messages.fetch": "fetch_"}  # before `ok` and `fail`


class Person:
    """A person in a room, from `enter` to `leave`, over any number of sockets."""

    def __init__(self, name, addresses, cookie, *, room="lobby", first=0, seed=0, patience=1.0):
        """`first` is the address to start with; for `patience` see Link. Without a `cookie`
        they are a new guest at each connection."""
        self.name, self.cookie = name, cookie
        self.author_ids = []  # the latest last
        self.stayed = True  # until the server closes with a final code
        self.events = []
        self.outbox = Outbox()  # messages, edits and deletions, sent in order
        self.reactions = Outbox()  # sent beside the others, as they may wait for those of others
        self.fetches = Outbox()  # of messages that were restored
        self.timeline = Timeline()
        self.standing = self.rules = None  # the latest `you.changed` and `room.rules`
        self.seen_at = {}  # by client_message_id
        self.seqs = {}  # of the messages in this log, by client_message_id
        self.recent = deque(maxlen=RECENT)  # ids of the newest messages
        self.own = deque(maxlen=RECENT)  # of these, of those that they can edit and delete
        self.epoch = self.head = None
        path = "/ws" if room == "lobby" else f"/ws/{room}"
        seed = f"{seed} {name}"
        self.link = Link(self, addresses, path=path, first=first, seed=seed, patience=patience)
        self._random = random.Random(seed)
        self._news = asyncio.Event()  # set at each frame; cleared by the task that waits
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
        """Put a message into the outbox; returns its id."""
        message_id = self._new_id()
        self.note("invoke", id=message_id, body=body)
        self.outbox.put(message_id, "message.post", client_message_id=message_id, body=body)
        return message_id

    def edit(self, message_id, body):
        """Put the edit of one of their messages into the outbox."""
        self._change(self.outbox, message_id, "edit", body=body)

    def delete(self, message_id):
        """Put the deletion of one of their messages into the outbox."""
        self.own.remove(message_id)
        self._change(self.outbox, message_id, "delete")

    def react(self, message_id, emoji, *, on):
        """Set or remove a reaction to anybody's message."""
        self._change(self.reactions, message_id, "react", emoji=emoji, on=on)

    def _change(self, outbox, message_id, kind, **fields):
        change_id = self._new_id()
        self.note("change", id=change_id, kind=kind, of=message_id, **fields)
        outbox.put(change_id, f"message.{kind}", seq=self.seqs[message_id], **fields)

    def _new_id(self):
        return str(UUID(int=self._random.getrandbits(128), version=4))

    async def enter(self, seconds=30):
        """Return when they are connected and see the room."""
        work = self._live(), *(self._deliver(outbox) for outbox in self.outboxes)
        self._tasks = [asyncio.create_task(each) for each in work]
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

    async def vanish(self):
        """End as a browser does that is killed: without notice."""
        self.stayed = False
        self.link.drop()
        await self.leave()

    @property
    def outboxes(self):
        return self.outbox, self.reactions, self.fetches

    @property
    def waits(self):
        """Whether something that they sent is not settled yet."""
        return any(self.outboxes)

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
                self._forget_messages()
            self.epoch = frame["epoch"]
        elif frame["type"] == "room.changed":
            messages = [Row.of(message) for message in frame["messages"]]
            place = {key: frame[key] for key in ("after", "head")}
            sweeps = [Sweep.of(sweep) for sweep in frame.get("sweeps", ())]
            self.note(
                "changes", **place, messages=messages, **({"sweeps": sweeps} if sweeps else {})
            )
            self.head = frame["head"]
            for message in messages:
                self.timeline.take(message)
                self.seen_at.setdefault(message.id, time.monotonic())
                if message.id not in self.seqs:
                    self.recent.append(message.id)
                self.seqs[message.id] = message.seq
            self._fetch(seq for sweep in sweeps for seq in self.timeline.apply(sweep))
        elif frame["type"] == "you.changed":
            self.standing = frame
        elif frame["type"] == "room.rules":
            self.rules = frame
        elif frame["type"] == "going_away":
            self.note("going_away", retry_in_ms=frame["retry_in_ms"])
        self._news.set()

    async def _live(self):
        await self.link.run()
        self.stayed = False

    def _forget_messages(self):
        """The seqs of another log mean nothing in this one."""
        self.timeline = Timeline()
        self.seqs.clear()
        self.recent.clear()
        self.own.clear()
        for outbox in self.outboxes:
            for key, command in outbox.drop_changes():
                self.note(f"{noted_as(command)}fail", id=key, code="log replaced")

    def _fetch(self, seqs):
        """Read messages, a page at a time."""
        wanted = sorted(seqs)
        for start in range(0, len(wanted), MAX_FETCH):
            part = wanted[start : start + MAX_FETCH]
            self.fetches.put(self._new_id(), "messages.fetch", seqs=part)

    async def _deliver(self, outbox):
        """Send what is in `outbox`, one at a time, each until the server settles it."""
        while True:
            await outbox.filled.wait()
            await self.link.welcomed.wait()
            key, (command, fields) = outbox.first()
            try:
                reply = await self.link.ask(command, **fields)
            except Lost:
                self.note("lost", id=key)
                await asyncio.sleep(SHORTEST_PAUSE)  # until the link has noticed too
            else:
                if key in outbox:
                    await self._settle(outbox, key, command, reply)

    async def _settle(self, outbox, key, command, reply):
        if reply["type"] == "ack":
            if command == "messages.fetch":
                self._take_fetched(outbox[key][1]["seqs"], reply)
            else:
                sender = {"epoch": self.epoch, "author_id": self.author_ids[-1]}
                self.note(f"{noted_as(command)}ok", id=key, seq=reply.get("seq"), **sender)
            if command == "message.post":
                self.seqs[key] = reply["seq"]
                self.own.append(key)
        elif reply["retry_in_ms"] is None:
            self.note(f"{noted_as(command)}fail", id=key, code=reply["code"])
        else:
            self.note("retry", id=key, code=reply["code"])
            await asyncio.sleep(max(reply["retry_in_ms"] / 1000, SHORTEST_PAUSE))
            return
        outbox.remove(key)
        self._news.set()

    def _take_fetched(self, asked, reply):
        rows = [Row.of(message) for message in reply["messages"]]
        self.note("fetched", messages=rows)
        for row in rows:
            self.timeline.take(row)
        if reply["more"]:
            self._fetch(seq for seq in asked if seq > rows[-1].seq)


def noted_as(command):
    """What the names of events about a command begin with."""
    return NOTED_AS.get(command, "act_" if command.startswith("act.") else "change_")


class Outbox(dict):
    """Commands that wait for their settlement, by id, oldest first."""

    def __init__(self):
        super().__init__()
        self.filled = asyncio.Event()

    def put(self, key, command, **fields):
        self[key] = command, fields
        self.filled.set()

    def first(self):
        return next(iter(self.items()))

    def remove(self, key):
        del self[key]
        if not self:
            self.filled.clear()

    def drop_changes(self):
        """Remove all commands but posts; returns their ids and commands."""
        changes = [
            (key, command) for key, (command, _) in self.items() if command != "message.post"
        ]
        for key, _ in changes:
            self.remove(key)
        return changes
