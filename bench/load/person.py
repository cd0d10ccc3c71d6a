"""One connection. Each dialect has a file of its own: how to send, and how to read a frame."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any

from picows import WSCloseCode, WSListener, WSMsgType, WSTransport

from bench.load.faults import Faults

if TYPE_CHECKING:
    from bench.load.talk import Talk

TEXT = WSMsgType.TEXT


class Person(WSListener):
    """A person in a room; with a `talk`, one who sends messages."""

    subprotocol: str | None = None

    def __init__(self, who: int, room: Any, faults: Faults) -> None:
        self.who = who
        self.room = room
        self.faults = faults
        self.transport: WSTransport | None = None
        self.live: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self.talk: Talk | None = None
        self.number = 0  # of the last message sent
        self.unheard: dict[int, float] = {}  # by number: when it was sent, or should have been

    # What each dialect has

    @classmethod
    def new_room(cls, talkers: int, faults: Faults) -> Any:
        """What the people of one room share, to check what they receive."""
        raise NotImplementedError

    def send(self, number: int) -> None:
        """Put the message on the wire."""
        raise NotImplementedError

    def heard(self) -> int:
        """How many messages came so far."""
        raise NotImplementedError

    def missing(self) -> int:
        """How many of the room's messages have not come."""
        raise NotImplementedError

    def query(self) -> str:
        """What is added to the URL."""
        return ""

    def resume(self) -> None:
        """Be ready to connect again, where the last connection ended."""
        raise NotImplementedError

    def resend(self) -> None:
        """Send again what has not come back."""
        raise NotImplementedError

    # What all have

    def say(self, said_at: float) -> None:
        self.number += 1
        self.unheard[self.number] = said_at
        self.send(self.number)

    def hear_own(self, number: int) -> None:
        said_at = self.unheard.pop(number, None)
        if said_at is None:
            self.faults.add(f"{self.who} received its own message {number} again")
        elif self.talk is not None:
            self.talk.echoed(self, said_at, perf_counter())

    def arrived(self) -> None:
        if not self.live.done():
            self.live.set_result(None)

    def leave(self) -> None:
        if self.transport is not None:
            self.transport.send_close(WSCloseCode.OK)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        self.gone.set()
        if not self.live.done():
            self.live.set_exception(ConnectionError("closed before it was live"))
            self.live.exception()  # looked at: nobody may be waiting
