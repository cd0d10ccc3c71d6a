"""The ASGI lifespan protocol (asgiref's docs/specs/lifespan.rst): one call around all others."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)

Event = dict[str, Any]


class LifespanFailed(Exception):
    """The application said so, or broke; the message holds what it said."""


class Lifespan:
    """Without `startup`, or for an application that does not speak lifespan, both steps do nothing.

    `drain_seconds` is how long `shutdown` will wait. The application finds it in
    scope["extensions"]["lifespan.drain"]["seconds"], and may pace its farewells by it.
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
            answer = await self.tell("lifespan.startup")
        except LifespanFailed:
            task.cancel()
            self.task = None
            raise
        if answer is None:
            logger.info("the application does not speak lifespan: %r", end_of(task))
            self.task = None
        self.started = True

    async def shutdown(self) -> None:
        """Raises LifespanFailed, or TimeoutError when the application takes too long."""
        if self.task is None:
            return
        try:
            async with asyncio.timeout(self.drain_seconds):
                if await self.tell("lifespan.shutdown") is None:
                    raise LifespanFailed("its lifespan had ended") from end_of(self.task)
        finally:
            self.task.cancel()

    async def tell(self, event: str) -> Event | None:
        """The application's answer, or None when it has ended instead. Raises LifespanFailed."""
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
        drain = {"seconds": self.drain_seconds}
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "extensions": {"lifespan.drain": drain},
        }
        try:
            await self.application(scope, self.events.get, self.send)
        except Exception:
            if self.started:
                logger.exception("the application's lifespan broke")
            raise

    async def send(self, message: Event) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(message)


def end_of(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()
