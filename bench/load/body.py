"""The text of a message: 80 characters that hold its sender and its number."""

from __future__ import annotations

LENGTH = 80  # bytes, all ASCII
FILLER = "all work and no play makes for a dull conversation, but a fine load"


def body_of(who: int, number: int) -> str:
    return f"{who:06d} {number:07d} {FILLER}"[:LENGTH].ljust(LENGTH, ".")


def author_and_number(body: bytes | str) -> tuple[int, int]:
    """Raises ValueError for what `body_of` did not make."""
    if len(body) != LENGTH:
        raise ValueError(f"{len(body)} bytes")
    return int(body[:6]), int(body[7:14])
