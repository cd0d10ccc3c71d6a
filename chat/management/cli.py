"""What the commands that copy everything have in common: progress, and failures in words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError, DataError, IntegrityError

from chat.archive.errors import ArchiveError

EVERY = 2.0  # seconds between two lines of progress
STEP = 500  # rows between two looks at the clock


class Progress:
    """Says how far a long copy has come; called with a part's name and its rows done."""

    def __init__(self, out: OutputWrapper, counts: Mapping[str, int]) -> None:
        self._out = out
        self._counts = counts
        self._told_at = time.monotonic()

    def __call__(self, part: str, done: int) -> None:
        if done % STEP == 0 and time.monotonic() - self._told_at > EVERY:
            self._told_at = time.monotonic()
            total = self._counts[part]
            share = 100 * done // max(total, done)
            self._out.write(f"{part}: {done:,} of {total:,} ({share} %)")
            self._out.flush()


def summary(counts: Mapping[str, int]) -> str:
    """What a copy holds, in a few words."""
    rooms, messages = counts.get("chat.room", 0), counts.get("chat.message", 0)
    accounts = counts.get("auth.user", 0)
    return f"{rooms:,} rooms with {messages:,} messages" + (
        f" and {accounts:,} accounts" if accounts else ""
    )


@contextmanager
def readable_errors(unchanged: str, path: Path | None = None) -> Iterator[None]:
    """Turn what goes wrong into one sentence with the fix. `unchanged` says what is as before."""
    try:
        yield
    except ArchiveError as error:
        raise CommandError(f"{error} {unchanged}") from None
    except (IntegrityError, DataError) as error:
        raise CommandError(
            f"The copy contradicts itself ({_brief(error)}): use another one. {unchanged}"
        ) from None
    except DatabaseError as error:
        raise CommandError(
            f"The database gave up: {_brief(error)}. Check that it can be reached and that its"
            f" disk has room, then run this again. {unchanged}"
        ) from None
    except OSError as error:
        raise CommandError(
            f"{path}: {error.strerror or error}. Check the path and its permissions, and that the"
            f" disk has room, then run this again. {unchanged}"
        ) from None


def _brief(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
