"""Graceful shutdown: stop listening, let the application close sockets, then close the rest.

The application has three quarters of DRAIN_SECONDS to close its clients' sockets and complete
`lifespan.shutdown`. Sockets that are left are closed with 1012 (service restart), and tasks that
still run are cancelled.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from twisted.internet import defer

from chatsite.server.connection import Connection
from chatsite.server.lifespan import Lifespan, LifespanFailed

logger = logging.getLogger(__name__)

SERVICE_RESTART = 1012
BATCH = 100  # sockets closed in one turn of the loop
CLEAN_UP = 1.0  # seconds for cancelled tasks to end


class Server(Protocol):
    """What a drain needs of the launcher."""

    connections: dict[Any, dict[str, Any]]  # Daphne's: by protocol
    drain_seconds: float
    lifespan: Lifespan
    loop: asyncio.AbstractEventLoop
    ports: list[Any]  # Twisted's, that it listens on
    reactor: Any
    sockets_at_end: int  # how many WebSockets were open when the drain began

    def fail(self, message: str, *args: object, **options: Any) -> None:
        """Log an error, and exit with 1."""


def share_of_application(drain_seconds: float) -> float:
    return drain_seconds * 3 / 4


async def drain(server: Server) -> None:
    """Never raises: an error is logged, and makes the exit code 1."""
    ends_at = time.monotonic() + server.drain_seconds
    try:
        for port in server.ports:
            await defer.maybeDeferred(port.stopListening).asFuture(server.loop)
        server.sockets_at_end = len(open_sockets(server))
        await shut_down_application(server)
        await close_connections(server, ends_at)
    except Exception:
        server.fail("the shutdown failed", exc_info=True)


async def shut_down_application(server: Server) -> None:
    try:
        await server.lifespan.shutdown()
    except TimeoutError:
        logger.warning("the application took too long to shut down")
    except LifespanFailed as error:
        server.fail("the application failed to shut down: %s", error, exc_info=error.__cause__)


async def close_connections(server: Server, ends_at: float) -> None:
    sockets = open_sockets(server)
    for start in range(0, len(sockets), BATCH):
        for connection in sockets[start : start + BATCH]:
            connection.end(SERVICE_RESTART, "restarting", status=HTTPStatus.SERVICE_UNAVAILABLE)
        await asyncio.sleep(0)
    await until(lambda: not is_busy(server), ends_at - CLEAN_UP)
    await cancel_applications(server)
    await until(lambda: not server.reactor.getWriters(), ends_at)


def open_sockets(server: Server) -> list[Connection]:
    return [
        protocol
        for protocol, details in server.connections.items()
        if isinstance(protocol, Connection) and "disconnected" not in details
    ]


def is_busy(server: Server) -> bool:
    """Whether something has to be waited for; a request that was received in part has not."""
    return any(
        "application_instance" in details
        or (isinstance(protocol, Connection) and "disconnected" not in details)
        for protocol, details in server.connections.items()
    )


async def cancel_applications(server: Server) -> None:
    found = [details.get("application_instance") for details in server.connections.values()]
    await cancel([task for task in found if task is not None])


async def cancel_everything() -> None:
    """Cancel the tasks that the application left running, and close its async generators."""
    await cancel(asyncio.all_tasks() - {asyncio.current_task()})
    await asyncio.get_running_loop().shutdown_asyncgens()


async def cancel(tasks: Any) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CLEAN_UP)


async def until(done: Callable[[], bool], ends_at: float) -> None:
    while not done() and time.monotonic() < ends_at:  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0.02)
