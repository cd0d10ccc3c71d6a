"""Whether this process should get visitors: each of its parts is asked, and says what is wrong."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable

from channels.layers import get_channel_layer

from chat import database
from chat.live.free_space import free_space
from chat.live.group_commit import group_commit
from chat.live.shutdown import shutdown
from chat.loops import PerLoop
from chat.models import LOBBY, Room
from chat.protocol.errors import Unavailable
from chat.tasks import cancel

PATIENCE = 2  # seconds for one part to answer
RESEND = 0.2  # seconds
MAX_BEHIND = 5  # seconds that a post may wait to be written

FINE = "fine"
NOT_REQUIRED = {"disk"}  # reported, but people can still read: no reason to restart or replace it


async def shortcomings() -> dict[str, str]:
    """For each part FINE, or what is wrong."""
    answers = await asyncio.gather(
        _said(database.read(Room.objects.log_states, [LOBBY])), _said(round_trip().make())
    )
    behind = group_commit().seconds_behind
    shortage = await asyncio.to_thread(free_space().look)
    return {
        "database": answers[0],
        "channel_layer": answers[1],
        "journal": FINE if behind < MAX_BEHIND else f"{behind:.0f} s behind",
        "disk": shortage or FINE,
        "server": "draining" if shutdown().has_begun else FINE,
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


class RoundTrip:
    """The way of one event through the channel layer and back, over a channel of our own."""

    def __init__(self) -> None:
        # Not `new_channel`: when that fails, its channel stays in the layer, and nobody knows it.
        self._channel = f"chat.readiness.{secrets.token_hex(16)}"
        self._one_at_a_time = asyncio.Lock()

    async def make(self) -> None:
        """Raises whatever the layer raises."""
        async with self._one_at_a_time:
            layer, token = get_channel_layer(), secrets.token_hex(8)
            coming = asyncio.create_task(self._receive(token), name="round trip")
            try:
                while not coming.done():  # `receive` subscribes; what is sent before that is lost
                    await layer.send(self._channel, {"type": "round.trip", "token": token})
                    await asyncio.wait({coming}, timeout=RESEND)
                coming.result()
            finally:  # a layer forgets a channel when a `receive` that waits is cancelled
                await cancel(coming)

    async def _receive(self, token: str) -> None:
        layer = get_channel_layer()
        while (await layer.receive(self._channel))["token"] != token:
            pass


round_trip = PerLoop(RoundTrip)
