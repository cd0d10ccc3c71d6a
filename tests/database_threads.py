"""What tests see of the chat's database threads, and how they delay or break them.

The database is stubbed where it must fail or wait at a certain point, by Django's execute_wrapper.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack, asynccontextmanager

from django.db import OperationalError, connection

from chat import database
from chat.live.read_turns import READS_AT_ONCE
from chat.live.runtime import runtime
from chat.models import Message
from testing.waiting import SECONDS


async def in_writer(func):
    await database.write(func)


async def in_readers(func):
    """Run `func` once in each of the threads that read."""
    all_here = threading.Barrier(database.READERS)

    def in_one():
        all_here.wait(SECONDS)
        func()

    await asyncio.gather(*(database.read(in_one) for _ in range(database.READERS)))


@asynccontextmanager
async def executing(wrapper, where):
    """Run every statement of these threads through `wrapper` (Django's execute_wrapper)."""
    await where(lambda: connection.execute_wrappers.append(wrapper))
    try:
        yield
    finally:
        await where(lambda: connection.execute_wrappers.remove(wrapper))


@asynccontextmanager
async def held(where, *, at, after=False):
    """A thread that gets to a statement with `at` in it waits, before or after it, until `go` is
    set; `arrived` is set when the first one waits."""
    arrived, go = threading.Event(), threading.Event()

    def wait(execute, sql, params, many, context):
        if at not in sql:
            return execute(sql, params, many, context)
        result = execute(sql, params, many, context) if after else None
        arrived.set()
        assert go.wait(SECONDS)
        return result if after else execute(sql, params, many, context)

    try:
        async with executing(wait, where):
            yield go, arrived
            go.set()
    finally:
        go.set()


@asynccontextmanager
async def counted(where, statement):
    """The statements of these threads that contain `statement`."""
    seen = []

    def count(execute, sql, params, many, context):
        if statement in sql:
            seen.append(sql)
        return execute(sql, params, many, context)

    async with executing(count, where):
        yield seen


@asynccontextmanager
async def away(where):
    """The database is out of reach of these threads."""

    def refuse(*args):
        raise OperationalError("the server closed the connection unexpectedly")

    async with executing(refuse, where):
        yield


@asynccontextmanager
async def every_turn_taken():
    """Nobody else gets a turn to read."""
    async with AsyncExitStack() as turns:
        for _ in range(READS_AT_ONCE):
            await turns.enter_async_context(runtime().read_turns.turn())
        yield


async def stored(slug="lobby"):
    """(seq, body) of each message of a room."""

    def bodies():
        messages = Message.objects.filter(room__slug=slug).order_by("seq")
        return [(message.seq, message.body) for message in messages]

    return await database.read(bodies)
