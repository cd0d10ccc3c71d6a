"""Erases what is kept for a while only, while people are in the rooms of this process."""

from __future__ import annotations

import asyncio
import logging
import random

from django.utils import timezone

from chat import database
from chat.protocol.errors import Unavailable
from chat.services.moderation.erasing import erase_outdated

logger = logging.getLogger(__name__)

INTERVAL = 45.0, 75.0  # seconds, random in between: processes do not erase all at once


async def keep_house() -> None:
    """Erase once a minute, until cancelled."""
    while True:
        await asyncio.sleep(random.uniform(*INTERVAL))
        try:
            await database.write(erase_outdated, timezone.now())
        except Unavailable:
            pass  # in a minute
        except Exception:
            logger.exception("Could not erase what is outdated")
