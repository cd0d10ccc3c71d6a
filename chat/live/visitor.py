"""Who a command of a socket comes from."""

from __future__ import annotations

from dataclasses import dataclass

from chat.access.guests import Guest
from chat.live.hub import RoomHub
from chat.live.runtime import Runtime


@dataclass(slots=True)
class Visitor:
    """A person in a room, through one connection."""

    guest: Guest
    hub: RoomHub
    address: str | None
    runtime: Runtime
