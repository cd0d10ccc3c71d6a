"""Whether this process should get visitors: each of its parts is asked, and says what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from chat import database
from chat.channel.group import RoundTrip
from chat.live.free_space import FreeSpace
from chat.live.group_commit import GroupCommit
from chat.live.shutdown import GracefulShutdown
from chat.models import LOBBY, Room
from chat.protocol.errors import Unavailable

PATIENCE = 2  # seconds for one part to answer
MAX_BEHIND = 5  # seconds that a post may wait to be written

FINE = "fine"
NOT_REQUIRED = {"disk"}  # reported, but people can still read: no reason to restart or replace it


class Readiness:
    """Asks each part of one process."""

    def __init__(
        self, group_commit: GroupCommit, free_space: FreeSpace, shutdown: GracefulShutdown
    ) -> None:
        self._group_commit = group_commit
        self._free_space = free_space
        self._shutdown = shutdown
        self._round_trip = RoundTrip()

    async def shortcomings(self) -> dict[str, str]:
        """For each part FINE, or what is wrong."""
        answers = await asyncio.gather(
            _said(database.read(Room.objects.log_states, [LOBBY])),
            _said(self._round_trip.make()),
        )
        behind = self._group_commit.seconds_behind
        shortage = await asyncio.to_thread(self._free_space.check)
        return {
            "database": answers[0],
            "channel_layer": answers[1],
            "journal": FINE if behind < MAX_BEHIND else f"{behind:.0f} s behind",
            "disk": shortage or FINE,
            "server": "draining" if self._shutdown.has_begun else FINE,
        }


async def _said(asking: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await asking
    except TimeoutError:
        return f"no answer within {PATIENCE} s"
    except Unavailable:
        return "cannot be reached"
    except Exception as error:  # whatever a layer raises; its text may name a password
        return type(error).__name__
    return FINE
