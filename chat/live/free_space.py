"""Refuse to write while the disk with SQLite's file is nearly full: a full disk can stop the whole
machine, and SQLite needs some room to delete anything.

Looks in a thread, and at most every few seconds, so only the first post waits for a slow disk.
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

LOOK_EVERY = 5  # seconds


class FreeSpace:
    """What is free on that disk, as last seen. On PostgreSQL the disk is not ours to watch."""

    def __init__(self) -> None:
        database = settings.DATABASES["default"]
        on_sqlite = database["ENGINE"].endswith("sqlite3")
        self._folder = Path(database["NAME"]).parent if on_sqlite else None
        self.shortage = ""  # what is wrong, in words
        self._looked_at = 0.0  # monotonic
        self._first_look: asyncio.Future[str] | None = None

    async def require(self) -> None:
        """Raises Unavailable while too little is free."""
        if self._first_look is None:
            self._looked_at = time.monotonic()
            self._first_look = asyncio.get_running_loop().run_in_executor(None, self.look)
        await asyncio.shield(self._first_look)
        if time.monotonic() > self._looked_at + LOOK_EVERY:
            self._looked_at = time.monotonic()
            asyncio.get_running_loop().run_in_executor(None, self.look)
        if self.shortage:
            raise Unavailable

    def look(self) -> str:
        """Look now; returns what is wrong, empty if nothing is. Keeps the last answer where the
        disk gives none, which SQLite then reports better."""
        self._looked_at = time.monotonic()
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
