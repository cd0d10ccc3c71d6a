"""Cancels what plain `daphne` and `runserver` leave running when they exit; `serve` needs no help.

They stop the event loop with coroutines suspended in it. When Python 3.11 then finalises one that
waits for a queue, the interpreter crashes (SIGSEGV).
"""

from __future__ import annotations

import asyncio
import atexit
import sys
from contextlib import suppress

TIMEOUT = 2  # seconds


def cancel_tasks_at_exit() -> None:
    """Call it once, when the application has been loaded."""
    if daphne := sys.modules.get("daphne.server"):
        atexit.register(_cancel_all, daphne.twisted_loop)


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    from chatsite.server.drain import cancel_everything

    with suppress(Exception):  # the process exits anyway
        if loop.is_running():  # in another thread, as that of runserver
            asyncio.run_coroutine_threadsafe(cancel_everything(), loop).result(TIMEOUT)
        elif not loop.is_closed():
            loop.run_until_complete(cancel_everything())
