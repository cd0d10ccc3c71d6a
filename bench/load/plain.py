"""Dialects with a frame for each message: plain text, the tutorial's JSON, NATS.

Checked per sender: each of a talker's messages once, in order, none left out. (Such servers do
not promise one order over all senders.)
"""

from __future__ import annotations

from typing import Any

from picows import WSFrame, WSTransport

from bench.load.body import LENGTH, author_and_number, body_of
from bench.load.faults import Faults
from bench.load.person import TEXT, Person

REMEMBERED = 20_000  # messages whose meaning is kept


class PlainRoom:
    """What the people of a room share: how much each has sent, and what each frame means."""

    def __init__(self, talkers: int, faults: Faults) -> None:
        self.said = [0] * talkers
        self.faults = faults
        self.meaning: dict[bytes, tuple[int, int]] = {}

    def understand(self, payload: bytes, body: bytes) -> tuple[int, int]:
        """The author and the number of a message first seen."""
        try:
            meaning = author_and_number(body)
        except ValueError as error:
            self.faults.add(f"nobody sent {payload[:100]!r}: {error}")
            return (-1, 0)
        if len(self.meaning) >= REMEMBERED:
            self.meaning.clear()
        self.meaning[payload] = meaning
        return meaning


class PlainPerson(Person):
    """Plain text: the message is the frame."""

    before = b""
    after = b""

    def __init__(self, who: int, room: PlainRoom, faults: Faults) -> None:
        super().__init__(who, room, faults)
        self.seen = [0] * len(room.said)
        self.count = 0

    @classmethod
    def new_room(cls, talkers: int, faults: Faults) -> PlainRoom:
        return PlainRoom(talkers, faults)

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.arrived()

    def send(self, number: int) -> None:
        self.room.said[self.who] = number
        assert self.transport is not None
        self.transport.send(TEXT, self.before + body_of(self.who, number).encode() + self.after)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        meaning = self.room.meaning.get(payload)
        if meaning is None:
            if frame.msg_type != TEXT:
                return
            start = len(self.before)
            meaning = self.room.understand(payload, payload[start : start + LENGTH])
        self.take(*meaning)

    def take(self, who: int, number: int) -> None:
        seen = self.seen
        if who >= 0 and seen[who] + 1 != number:
            self.faults.add(f"{self.who} received {number} after {seen[who]} of {who}")
        seen[who] = number
        self.count += 1
        if who == self.who:
            self.hear_own(number)

    def heard(self) -> int:
        return self.count

    def missing(self) -> int:
        pairs: Any = zip(self.room.said, self.seen, strict=True)
        return sum(said - seen for said, seen in pairs)


class TutorialPerson(PlainPerson):
    """JSON as in the Channels tutorial."""

    before = b'{"message": "'
    after = b'"}'
