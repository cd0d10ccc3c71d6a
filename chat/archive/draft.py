"""A file that is written completely or not at all."""

from __future__ import annotations

import fcntl
import glob
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def draft_of(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path`, `.NAME.*.part`, that only its owner may read. It replaces `path` when
    the block ends, and is removed when it fails.

    A process that is killed leaves its draft behind. It held a lock on it, which ended with the
    process, so the next draft for `path` removes those that are not locked. Raises OSError.
    """
    _remove_abandoned(path)
    descriptor, draft = _new_draft(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _new_draft(path: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # another process deleted it as abandoned before it was locked


def _remove_abandoned(path: Path) -> None:
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with suppress(OSError):  # locked, gone, or not ours
            descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
            finally:
                os.close(descriptor)
