"""HTTP requests that read the database or render: limited by address, and few at a time.

The others wait in the event loop, before they need the processor or a database connection: with
many, pages become slower and nobody's messages do. Django keeps a thread for each request that
waits (ThreadSensitiveContext), which sleeps meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from django.http import HttpRequest

from chat.live.read_turns import ReadTurns
from chat.live.runtime import runtime

P = ParamSpec("P")
T = TypeVar("T")


async def limit_lookups(request: HttpRequest) -> None:
    """Count a lookup. Raises TooFast."""
    await runtime().limits.lookups.take_or_delay(request.META.get("REMOTE_ADDR"))


@asynccontextmanager
async def page_turn(
    request: HttpRequest, *, shows_refusal: bool = False
) -> AsyncIterator[ReadTurns]:
    """Wait for a turn to read and render a page. One that shows why a form was refused counts as
    a lookup: where pages are used up, its text must not be lost. Raises TooFast."""
    if shows_refusal:
        await limit_lookups(request)
    else:
        await runtime().limits.pages.take_or_delay(request.META.get("REMOTE_ADDR"))
    turns = runtime().read_turns
    async with turns.turn():
        yield turns


@asynccontextmanager
async def lookup_turn(request: HttpRequest) -> AsyncIterator[ReadTurns]:
    """Wait for a turn to look something up for the page. Raises TooFast."""
    await limit_lookups(request)
    turns = runtime().read_turns
    async with turns.turn():
        yield turns


async def look_up(
    request: HttpRequest, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `func`, which only reads, in a lookup's turn. Raises TooFast and Unavailable."""
    async with lookup_turn(request) as turns:
        return await turns.read(func, *args, **kwargs)
