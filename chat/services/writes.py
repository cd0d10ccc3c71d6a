"""What people ask to be written to a room's log, and what comes of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import UUID

from chat.protocol.errors import ChatError

# The seq of the message that was posted, or of the change; or why there is none.
Outcome = int | ChatError


class Repeated(int):
    """The seq of a message that was stored before, by whomever, under the same idempotency key."""


@dataclass(frozen=True, slots=True)
class Write:
    """A post or a change of a message, by an author, for the room at `slug`."""

    slug: str
    author_id: str
    received_at: float = field(default_factory=time.perf_counter, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Post(Write):
    """A message to be stored."""

    author_name: str
    client_message_id: UUID
    body: str
    reply_to_seq: int | None = None
    pause: int = 0  # seconds that must have passed since the author's last message
    held: bool = False  # whether it waits for a moderator


@dataclass(frozen=True, slots=True)
class Edit(Write):
    """A new text for the author's message at `seq`."""

    seq: int
    body: str


@dataclass(frozen=True, slots=True)
class Delete(Write):
    """The author's message at `seq` is to go."""

    seq: int


@dataclass(frozen=True, slots=True)
class React(Write):
    """The author's reaction with `emoji` to the message at `seq`, to be set or removed."""

    author_name: str
    seq: int
    emoji: str
    on: bool


Change = Edit | Delete | React
