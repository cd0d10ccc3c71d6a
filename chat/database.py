"""How async code reaches the database: one thread that writes, a few that read.

Reads never wait for writes, and each thread keeps its connection. Channels' own way
(`database_sync_to_async`) shares one thread for everything and may reconnect for each call.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from chat.protocol.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4  # threads, each with a connection
UNREACHABLE = (OperationalError, InterfaceError)  # what callers see as Unavailable

_kept: list[BaseDatabaseWrapper] = []


def _keep_connection() -> None:
    """Allow `close_connections` to close this thread's connection from outside."""
    mine = connections[DEFAULT_DB_ALIAS]
    mine.inc_thread_sharing()
    _kept.append(mine)


_writer = ThreadPoolExecutor(1, "chat-write", initializer=_keep_connection)
_readers = ThreadPoolExecutor(READERS, "chat-read", initializer=_keep_connection)


async def write(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `func` in the writer's thread, after the writes before it.

    Not tried again, since only the caller knows whether `func` may run twice. Raises Unavailable
    when the database is away; a broken connection is dropped, so that the next call has a new one.
    """
    return await _run_in(_writer, func, *args, **kwargs)


async def open_writer() -> None:
    """Connect the writer before anyone posts: later there may be no file descriptor for it. Where
    the database is away, the first post connects."""
    with suppress(Unavailable):
        await write(lambda: connections[DEFAULT_DB_ALIAS].ensure_connection())


async def read(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `func`, which only reads, in one of the readers' threads.

    Tries a second time on a fresh connection. Raises Unavailable when the database is away.
    """
    with suppress(Unavailable):
        return await _run_in(_readers, func, *args, **kwargs)
    return await _run_in(_readers, func, *args, **kwargs)


async def _run_in(
    threads: ThreadPoolExecutor, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(threads, lambda: _run(func, *args, **kwargs))
    except UNREACHABLE as error:
        raise Unavailable from error


def _run(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return func(*args, **kwargs)
    except Error as error:
        # SQLite without a free descriptor: this connection works on, and a new one could not open.
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_CANTOPEN:
            connections[DEFAULT_DB_ALIAS].close()
        raise


def close_connections() -> None:
    """Close what the threads keep. They reconnect when next used."""
    for kept in _kept:
        kept.close()
