"""A chat under test: real nodes, a database, perhaps Redis, and people who keep sending messages.

A test opens a world, breaks something while they send, and asks for the verdict: everybody catches
up, the database is read, and checker.py finds nothing. A history that fails is kept in var/faults.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from testing import first_start, processes
from tests.faults import chatter, checker, figures
from tests.faults.link import Addresses
from tests.faults.people import Person
from tests.faults.stores import PostgresDatabase, Sqlite, read_log

LONG = os.environ.get("FAULTS") == "long"  # `make faults`
KEPT = processes.ROOT / "var" / "faults"  # histories that failed
SERVE = ("manage.py", "serve", "-b", "127.0.0.1", "-p", "{port}")
OPENED = ("-m", "tests.faults.instrumented_node", "-p", "{port}")
UNLIMITED = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}
SETTLED_WITHIN = 60  # seconds


def either(short, long):
    """The value for the normal suite, or for `make faults`."""
    return long if LONG else short


def variant(*values):
    """Parameters of a test that the normal suite runs with others."""
    skipped = pytest.mark.skipif(not LONG, reason="a variant of one that has run: FAULTS=long")
    return pytest.param(*values, marks=skipped)


class World:
    def __init__(self, name, *, seed, store, redis=None, patience=1.0):
        self.name, self.seed, self.store, self.redis = name, seed, store, redis
        self.patience = patience
        self.random = random.Random(seed)
        self.nodes = []
        self.people = []
        self.addresses = Addresses([])
        self.add_node = None  # starts one like the first, which is in nobody's addresses yet
        self.strangers = []  # histories of senders that are not a Person
        self.began_at = time.monotonic()

    async def invite(self, count, *, name="person", **options):
        """`count` more people, spread over the addresses, connected and up to date."""
        invited = [
            await self.make_person(f"{name}-{len(self.people) + number}", first=number, **options)
            for number in range(count)
        ]
        await asyncio.gather(*(person.enter() for person in invited))
        self.people += invited
        return invited

    async def make_person(self, name, **options):
        door, ssl = self.nodes[0].url, self.addresses.ssl
        if ssl:  # the nodes are behind a proxy, and allow only its host
            door = self.addresses.urls[0].replace("ws", "http", 1)
        if "cookie" not in options:
            options["cookie"] = await asyncio.to_thread(new_cookie, door, ssl)
        options = {"seed": self.seed, "patience": self.patience} | options
        kind = options.pop("kind", Person)
        return kind(name, options.pop("addresses", self.addresses), **options)

    @asynccontextmanager
    async def talking(self, people=None, *, every=0.3, changing=chatter.CHANGING):
        """Each does something at random moments, on average once in `every` seconds: the share
        `changing` of it are edits, deletions and reactions, the rest messages."""
        chatting = [
            asyncio.create_task(
                chatter.talk(person, f"{self.seed} {number}", every=every, changing=changing)
            )
            for number, person in enumerate(self.people if people is None else people)
        ]
        try:
            yield
        finally:
            for task in chatting:
                task.cancel()
            await asyncio.gather(*chatting, return_exceptions=True)

    async def delivered_to_all(self, sender, *, since, within=SETTLED_WITHIN):
        """Seconds from `since` until everyone has a message that `sender` sends now."""
        message_id = sender.send("Can everybody hear me?")
        await asyncio.gather(
            *(
                person.until(lambda p=person: message_id in p.seen_at, within)
                for person in self.people
            )
        )
        return max(person.seen_at[message_id] for person in self.people) - since

    async def doorbell_rings(self, sender, *, since, within=SETTLED_WITHIN):
        """Seconds from `since` until messages are announced again, not found by polling the log:
        five in a row reach everybody within a quarter of a second."""
        in_a_row = 0
        async with asyncio.timeout(within):
            while in_a_row < 5:
                sent_at = time.monotonic()
                quick = await self.delivered_to_all(sender, since=sent_at, within=within) < 0.25
                in_a_row = in_a_row + 1 if quick else 0
        return time.monotonic() - since

    async def verdict(self, *, within=SETTLED_WITHIN):
        """Let everyone catch up, then fail if a guarantee was violated. Returns the history."""
        problem, log = await self.settle(within)
        # Before anything is awaited: what an abandoned socket had sent may still be stored.
        people = [*(person.history() for person in self.people), *self.strangers]
        history = {"name": self.name, "seed": self.seed, "people": people, "log": log}
        for person in self.people:
            await person.leave()
        found = [*problem, *checker.violations(history)]
        if found:
            path = self.keep(history, found)
            shown = "\n".join(some_of_each(found))
            raise AssertionError(f"{len(found)} violations, the history is in {path}:\n{shown}")
        return history

    async def settle(self, within=SETTLED_WITHIN):
        """Wait until all outboxes are empty and all have seen the log's end and nothing after it.
        Returns problems and the log."""
        staying = [person for person in self.people if person.stayed]
        log = await asyncio.to_thread(read_log, self.store)
        try:
            async with asyncio.timeout(within):
                while True:
                    await asyncio.gather(*(arrived(person, log) for person in staying))
                    log = await asyncio.to_thread(read_log, self.store)
                    if all(is_at_end(person, log) for person in self.people if person.stayed):
                        return [], log
        except TimeoutError:
            return [f"settle: not within {within} s"], log

    def keep(self, history, found):
        KEPT.mkdir(parents=True, exist_ok=True)
        path = KEPT / f"{self.name.replace(' ', '-')}-{self.seed}-{os.getpid()}.json"
        logs = {node.url: node.log_text() for node in self.nodes}
        path.write_text(json.dumps({"violations": found, "nodes": logs} | history, indent=1))
        return path

    def report(self, **measured):
        """Figures for the end of the test run and for docs/reliability.md."""
        figures.add(self.name, people=len(self.people), nodes=len(self.nodes), **measured)

    def closes(self, *, since=0.0):
        """The codes of all sockets that closed."""
        return [e["code"] for p in self.people for e in p.noted("close") if e["at"] >= since]

    def resets(self):
        return sum(person.resets() for person in self.people)


@asynccontextmanager
async def world(name, *, nodes=1, people=6, postgres=None, redis=False, command=SERVE, seed=1,
                patience=1.0, folder=None, each=None, **settings):  # fmt: skip
    """`postgres` is a server; without one it is SQLite in `folder`, which all nodes share. Beside
    `settings`, those of a single node can be given in `each`, a list."""
    async with AsyncExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="world-"))
            first_start.copy_to(Path(folder))
        if postgres is not None:
            store = await asyncio.to_thread(PostgresDatabase, postgres, f"world_{uuid4().hex}")
        else:
            store = Sqlite(Path(folder))
        here = World(name, seed=seed, store=store, patience=patience)
        if redis:
            here.redis = stack.enter_context(processes.redis_server())
            settings["REDIS_URL"] = here.redis.url
        settings = UNLIMITED | {"SECRET_KEY": "a world's"} | store.settings | settings
        first, *others = [settings | own for own in each or [{}] * nodes]
        here.add_node = partial(serving, stack, command, first)
        here.nodes.append(await serving(stack, command, first))  # it migrates
        here.nodes += await asyncio.gather(*(serving(stack, command, other) for other in others))
        here.addresses.urls = [node.ws_url for node in here.nodes]
        try:
            await here.invite(people)
            here.began_at = time.monotonic()
            yield here
        finally:
            for person in here.people:
                await person.leave()
            for node in here.nodes:
                print(node.log_text())
                await asyncio.to_thread(node.kill)


async def arrived(person, log):
    """They have nothing left to send and see the end of `log` or a later one, or have left."""

    def is_there():
        behind = person.head is None or person.head < log["head"] or person.epoch != log["epoch"]
        return not person.stayed or not (person.waits or behind)

    await person.until(is_there, SETTLED_WITHIN)


def is_at_end(person, log):
    """They have nothing left to send, and have seen all of `log` and nothing else."""
    return not person.waits and (person.epoch, person.head) == (log["epoch"], log["head"])


async def serving(stack, command, settings):
    context = processes.chat_node(command=command, **settings)
    node = await asyncio.to_thread(context.__enter__)
    stack.push(context)
    return node


def some_of_each(found, most=4):
    """The first violations of each rule."""
    seen = Counter()
    for violation in found:
        rule = violation.split(":")[0]
        seen[rule] += 1
        if seen[rule] <= most:
            yield violation


def new_cookie(url, ssl=None):
    """The cookie of a browser that opens the page for the first time."""
    with urllib.request.urlopen(url, timeout=30, context=ssl) as response:
        cookies = response.headers.get_all("Set-Cookie")
    return next(cookie.split(";")[0] for cookie in cookies if cookie.startswith("chat_guest="))
