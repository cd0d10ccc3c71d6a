"""The server's side of the ASGI lifespan protocol (asgiref's docs/specs/lifespan.rst)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)

Event = dict[str, Any]


class LifespanFailed(Exception):
    """The application reported a failure, with this message, or ended."""


class Lifespan:
    """For an application without lifespan support, both steps do nothing.

    `drain_seconds` is how long `shutdown` waits.
    """

    def __init__(self, application: Any, drain_seconds: float) -> None:
        self.application = application
        self.drain_seconds = drain_seconds
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.answer: asyncio.Future[Event] | None = None
        self.task: asyncio.Task[None] | None = None
        self.started = False

    async def startup(self) -> None:
        """Raises LifespanFailed."""
        self.task = task = asyncio.create_task(self.run())
        try:
            answer = await self.send_event("lifespan.startup")
        except LifespanFailed:
            task.cancel()
            self.task = None
            raise
        if answer is None:
            logger.info("the application does not support lifespan: %r", end_of(task))
            self.task = None
        self.started = True

    async def shutdown(self) -> None:
        """Raises LifespanFailed, or TimeoutError when the application takes too long."""
        if self.task is None:
            return
        try:
            async with asyncio.timeout(self.drain_seconds):
                if await self.send_event("lifespan.shutdown") is None:
                    raise LifespanFailed("its lifespan call had ended") from end_of(self.task)
        finally:
            self.task.cancel()

    async def send_event(self, event: str) -> Event | None:
        """The application's reply, or None if it has ended instead. Raises LifespanFailed."""
        assert self.task is not None
        self.answer = asyncio.get_running_loop().create_future()
        self.events.put_nowait({"type": event})
        either: set[asyncio.Future[Any]] = {self.task, self.answer}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self.answer.done():
            return None
        answer = self.answer.result()
        if answer["type"] == f"{event}.failed":
            raise LifespanFailed(answer.get("message") or f"{event} failed")
        return answer

    async def run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        try:
            await self.application(scope, self.events.get, self.send)
        except Exception:
            if self.started:
                logger.exception("exception in the application's lifespan")
            raise

    async def send(self, message: Event) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(message)


def end_of(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()
