"""What services announce."""

from __future__ import annotations

import asyncio

import pytest

from chat.channel import announcements


@pytest.fixture
def announced():
    """Call it for the announcements that the lobby's hubs in this process received so far."""
    loop, received = asyncio.new_event_loop(), []
    listener = announcements.LocalListener(loop, received.append)
    announcements.subscribe("lobby", listener)

    def announced():
        loop.run_until_complete(asyncio.sleep(0))
        return received

    yield announced
    announcements.unsubscribe("lobby", listener)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
