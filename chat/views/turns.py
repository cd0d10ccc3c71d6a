"""HTTP requests that read the database or render: paced by address, and few at a time.

The others wait in the event loop, before they need the processor or a database connection: with
many, pages become slower and nobody's messages do. Django keeps a thread for each request that
waits (ThreadSensitiveContext), which sleeps meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from django.http import HttpRequest

from chat.access.rate_limits import lookup_pace, page_pace, read_turns
from chat.live import reads

P = ParamSpec("P")
T = TypeVar("T")


@asynccontextmanager
async def page_turn(request: HttpRequest, *, shows_refusal: bool = False) -> AsyncIterator[None]:
    """Wait for a turn to read and render a page. One that shows why a form was refused counts as
    a lookup: where pages are used up, its text must not be lost. Raises TooFast."""
    pace = lookup_pace() if shows_refusal else page_pace()
    await pace.take_or_hold_back(request.META.get("REMOTE_ADDR"))
    async with read_turns():
        yield


@asynccontextmanager
async def lookup_turn(request: HttpRequest) -> AsyncIterator[None]:
    """Wait for a turn to look something up for the page. Raises TooFast."""
    await lookup_pace().take_or_hold_back(request.META.get("REMOTE_ADDR"))
    async with read_turns():
        yield


async def look_up(
    request: HttpRequest, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `func` as `reads.read` does. Raises TooFast and Unavailable."""
    async with lookup_turn(request):
        return await reads.read(func, *args, **kwargs)
