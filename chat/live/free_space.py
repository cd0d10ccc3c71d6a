"""Refuse to write while the disk with SQLite's file is nearly full: a full disk can stop the whole
machine, and SQLite needs free space even to delete.

Checks in a thread and at most every few seconds, so only the first post waits for a slow disk.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from pathlib import Path

from django.conf import settings

from chat.access.rate_limits import MEGABYTE
from chat.protocol.errors import Unavailable

logger = logging.getLogger(__name__)

CHECK_INTERVAL = 5  # seconds


class FreeSpace:
    """The free space on that disk, as last checked. With PostgreSQL nothing is checked."""

    def __init__(self) -> None:
        database = settings.DATABASES["default"]
        on_sqlite = database["ENGINE"].endswith("sqlite3")
        self._folder = Path(database["NAME"]).parent if on_sqlite else None
        self.shortage = ""  # the problem in words; empty without one
        self._checked_at = 0.0  # monotonic
        self._first_check: asyncio.Future[str] | None = None

    async def require(self) -> None:
        """Raises Unavailable while too little is free."""
        if self._first_check is None:
            self._checked_at = time.monotonic()
            self._first_check = asyncio.get_running_loop().run_in_executor(None, self.check)
        await asyncio.shield(self._first_check)
        if time.monotonic() > self._checked_at + CHECK_INTERVAL:
            self._checked_at = time.monotonic()
            asyncio.get_running_loop().run_in_executor(None, self.check)
        if self.shortage:
            raise Unavailable

    def check(self) -> str:
        """Check now; returns the problem in words, or an empty string. Keeps the last result if
        the disk cannot be read: SQLite reports that better."""
        self._checked_at = time.monotonic()
        least, shortage = settings.MIN_FREE_MEGABYTES, ""
        if least > 0 and self._folder is not None:
            try:
                free = shutil.disk_usage(self._folder).free // MEGABYTE
            except OSError:
                return self.shortage
            if free < least:
                shortage = f"{free} MB free on the disk, MIN_FREE_MEGABYTES is {least}"
        if shortage and not self.shortage:
            logger.error("Posts are refused: %s (%s)", shortage, self._folder)
        elif self.shortage and not shortage:
            logger.warning("Posts are accepted again: the disk has enough free space")
        self.shortage = shortage
        return shortage
