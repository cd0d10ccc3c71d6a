"""Progress and readable errors for the management commands."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError, DataError, IntegrityError

from chat.archive.errors import ArchiveError

PROGRESS_INTERVAL = 2.0  # seconds between two lines of progress
STEP = 500  # rows between two checks of the time


class Progress:
    """Prints the progress of a long copy; called with a part's name and its number of rows done."""

    def __init__(self, out: OutputWrapper, counts: Mapping[str, int]) -> None:
        self._out = out
        self._counts = counts
        self._printed_at = time.monotonic()

    def __call__(self, part: str, done: int) -> None:
        if done % STEP == 0 and time.monotonic() - self._printed_at > PROGRESS_INTERVAL:
            self._printed_at = time.monotonic()
            total = self._counts[part]
            share = 100 * done // max(total, done)
            self._out.write(f"{part}: {done:,} of {total:,} ({share} %)")
            self._out.flush()


def summary(counts: Mapping[str, int]) -> str:
    """The number of rooms, messages and accounts in a copy, in words."""
    rooms, messages = counts.get("chat.room", 0), counts.get("chat.message", 0)
    accounts = counts.get("auth.user", 0)
    return f"{rooms:,} rooms with {messages:,} messages" + (
        f" and {accounts:,} accounts" if accounts else ""
    )


@contextmanager
def readable_errors(unchanged: str, path: Path | None = None) -> Iterator[None]:
    """Turn an error into one sentence with its fix. `unchanged` says what was not changed."""
    try:
        yield
    except ArchiveError as error:
        raise CommandError(f"{error} {unchanged}") from None
    except (IntegrityError, DataError) as error:
        raise CommandError(
            f"The copy is inconsistent ({_brief(error)}): use another one. {unchanged}"
        ) from None
    except DatabaseError as error:
        raise CommandError(
            f"The database failed: {_brief(error)}. Check that it can be reached and that its"
            f" disk has room, then run this again. {unchanged}"
        ) from None
    except OSError as error:
        raise CommandError(
            f"{path}: {error.strerror or error}. Check the path and its permissions, and that the"
            f" disk has room, then run this again. {unchanged}"
        ) from None


def _brief(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
