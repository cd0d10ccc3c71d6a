"""Tasks end when they are cancelled, and what does not end holds nobody up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from chat import tasks
from chat.tasks import cancel


async def deaf(times):
    """Swallows so many cancellations."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


async def started(*coroutines):
    running = [asyncio.create_task(each) for each in coroutines]
    await asyncio.sleep(0)
    return running


async def test_a_task_that_swallowed_a_cancellation_is_cancelled_again(monkeypatch):
    monkeypatch.setattr(tasks, "CANCEL_TIMEOUT", 0.01)
    quick, slow = await started(deaf(0), deaf(2))

    await cancel(quick, slow)

    assert quick.cancelled()
    assert slow.cancelled()


async def test_a_task_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(tasks, "CANCEL_TIMEOUT", 0.01)
    (stubborn,) = await started(deaf(tasks.ATTEMPTS))

    await cancel(stubborn)

    assert not stubborn.done()


async def test_errors_of_cancelled_tasks_are_dropped_in_silence(caplog):
    async def fail():
        raise ValueError("too late")

    failed, waiting = await started(fail(), deaf(0))

    await cancel(failed, waiting)
    await cancel()
    del failed

    assert waiting.cancelled()
    assert "never retrieved" not in caplog.text
