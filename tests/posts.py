"""Messages for tests that come in below the socket."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from chat import database
from chat.services.messages import write_log
from chat.services.writes import Post


def post(body="Hello", *, author="alice", slug="lobby", client_message_id=None):
    """A message that alice, or another author, wants to send."""
    return Post(slug, author, author.capitalize(), client_message_id or uuid4(), body)


def posts(count, **fields):
    """`count` messages with the bodies "1", "2", "3" ..."""
    return [post(str(number), **fields) for number in range(1, count + 1)]


async def store(batch):
    """Post these messages in the writer's thread, as the group commit does."""
    await database.write(write_log, batch)


def held(body="Hello", **fields):
    """A message that is to wait for a moderator."""
    return replace(post(body, **{"author": "carol", **fields}), held=True)


def sent(message):
    """What becomes of a message that is sent alone."""
    (outcome,) = write_log([message])
    return outcome
