"""Messages for tests that come in below the socket, and what to wait for."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from chat.services.messages import Post

SECONDS = 5  # until a condition must hold


def post(body="Hello", *, author="alice", slug="lobby", client_message_id=None):
    """What alice, or somebody else, wants said."""
    return Post(slug, author, author.capitalize(), client_message_id or uuid4(), body)


def posts(count, **fields):
    """`count` messages with the bodies "1", "2", "3" ..."""
    return [post(str(number), **fields) for number in range(1, count + 1)]


async def until(condition, seconds=SECONDS):
    """Return as soon as `condition()` is true; fail when it does not become so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.005)
