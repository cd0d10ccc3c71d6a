"""Whether this process should get visitors: the state of each of its parts."""

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

ANSWER_TIMEOUT = 2  # seconds for one part
MAX_BEHIND = 5  # seconds that a post may have waited to be written

FINE = "fine"
NOT_REQUIRED = {"disk"}  # people can still read, so there is no reason to replace the process


class Readiness:
    """Checks the parts of one process."""

    def __init__(
        self, group_commit: GroupCommit, free_space: FreeSpace, shutdown: GracefulShutdown
    ) -> None:
        self._group_commit = group_commit
        self._free_space = free_space
        self._shutdown = shutdown
        self._round_trip = RoundTrip()

    async def shortcomings(self) -> dict[str, str]:
        """For each part FINE, or what is wrong."""
        database_state, layer_state = await asyncio.gather(
            _state(database.read(Room.objects.log_states, [LOBBY])),
            _state(self._round_trip.make()),
        )
        behind = self._group_commit.seconds_behind
        queue_state = FINE if behind < MAX_BEHIND else f"{behind:.0f} s behind"
        shortage = await asyncio.to_thread(self._free_space.check)
        return {
            "database": database_state,
            "channel_layer": layer_state,
            "post_queue": queue_state,
            "journal": queue_state,  # the former name of the key, for one release
            "disk": shortage or FINE,
            "server": "draining" if self._shutdown.has_begun else FINE,
        }


async def _state(answer: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await answer
    except TimeoutError:
        return f"no answer within {ANSWER_TIMEOUT} s"
    except Unavailable:
        return "cannot be reached"
    except Exception as error:  # a layer may raise anything; its text may contain a password
        return type(error).__name__
    return FINE
