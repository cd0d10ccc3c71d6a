"""What plain `daphne` and `runserver` leave behind when they end; `serve` leaves nothing.

They stop in the middle of things, and Python takes itself apart around suspended coroutines: 3.11
crashes where one of them waits for a queue. So these are cancelled while there still is a loop.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
from contextlib import suppress

PATIENCE = 2  # seconds


def end_in_good_order() -> None:
    """Call it once, when the application is loaded."""
    if daphne := sys.modules.get("daphne.server"):
        atexit.register(_cancel_all, daphne.twisted_loop)


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    from chatsite.server.drain import cancel_everything

    with suppress(Exception):  # too late to do anything about it
        if loop.is_running():  # in another thread, as runserver's
            asyncio.run_coroutine_threadsafe(cancel_everything(), loop).result(PATIENCE)
        elif not loop.is_closed():
            loop.run_until_complete(cancel_everything())
