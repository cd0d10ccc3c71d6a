"""The dialect `chat.v1`.

Checked: every change of the log once, in the log's order, none left out (`after` is where the
reader stands); the same log for everybody; each message in it once; each ack names the message's
place; a resumed connection goes on where the last one ended.
"""

from __future__ import annotations

import secrets
from uuid import UUID

import msgspec
from msgspec import Struct
from picows import WSFrame, WSTransport

from bench.load.body import author_and_number, body_of
from bench.load.faults import Faults
from bench.load.person import TEXT, Person

REMEMBERED = 2_000  # frames whose meaning is kept
KEY = 64  # bytes: a frame's beginning, `after` and `head` in it
CHANGED = b'{"type":"room.changed"'
RUN = secrets.randbits(32)  # two runs in one room share no idempotency key


class Reaction(Struct, frozen=True):
    count: int


class Message(Struct, frozen=True):
    seq: int
    changed_seq: int
    body: str
    reactions: list[Reaction] = []


class Changed(Struct, frozen=True):
    after: int
    head: int
    messages: list[Message]


class Other(Struct, frozen=True):
    """Any other frame."""

    type: str
    epoch: str = ""
    reset: bool = False
    head: int = 0
    reply_to: int | None = None
    seq: int = 0
    detail: str = ""


class Known(Struct, frozen=True):
    """A frame that was checked in itself and against the room's log."""

    payload: bytes
    after: int
    head: int
    said: dict[int, list[int]]  # by author: the numbers of their messages in it


decode_changed = msgspec.json.Decoder(Changed).decode
decode_other = msgspec.json.Decoder(Other).decode


class ChatRoom:
    """The log as its readers together have received it."""

    def __init__(self, talkers: int, faults: Faults) -> None:
        self.faults = faults
        self.head = 0
        self.bodies: dict[int, str] = {}  # by seq
        self.seqs: dict[str, int] = {}  # by body
        self.frames: dict[bytes, Known] = {}

    def understand(self, payload: bytes) -> Known:
        """A frame first seen, checked."""
        changed = decode_changed(payload)
        seqs = [message.changed_seq for message in changed.messages]
        if seqs != list(range(changed.after + 1, changed.head + 1)):
            self.faults.add(f"({changed.after}, {changed.head}] holds {seqs[:20]}")
        said: dict[int, list[int]] = {}
        for message in changed.messages:
            body = self.bodies.setdefault(message.seq, message.body)
            if body != message.body or self.seqs.setdefault(body, message.seq) != message.seq:
                self.faults.add(f"{message.seq} is a twin, or differs between readers: {body[:20]}")
            try:
                who, number = author_and_number(message.body)
            except ValueError:
                continue  # sent before this run
            said.setdefault(who, []).append(number)
        self.head = max(self.head, changed.head)
        if len(self.frames) >= REMEMBERED:
            self.frames.clear()
        known = self.frames[payload[:KEY]] = Known(payload, changed.after, changed.head, said)
        return known


class ChatPerson(Person):
    """A reader of a room's log, at `cursor`."""

    subprotocol = "chat.v1"

    def __init__(self, who: int, room: ChatRoom, faults: Faults) -> None:
        super().__init__(who, room, faults)
        self.epoch = ""
        self.cursor = -1  # before the first frame
        self.began_at = 0
        self.must_reach = 0  # the head in the welcome
        self.acks: dict[int, int] = {}  # seq by number
        self.ack_lost_up_to = 0  # the number; a crash may come between COMMIT and ack

    @classmethod
    def new_room(cls, talkers: int, faults: Faults) -> ChatRoom:
        return ChatRoom(talkers, faults)

    def query(self) -> str:
        return f"?epoch={self.epoch}&since={self.cursor}" if self.epoch else ""

    def send(self, number: int) -> None:
        """The idempotency key follows from who and which, so that a retry has the same."""
        assert self.transport is not None
        key = UUID(int=RUN << 96 | (self.who + 1) << 64 | number)
        body = body_of(self.who, number)
        self.transport.send(
            TEXT,
            f'{{"type":"message.post","id":{number},"client_message_id":"{key}","body":"{body}"}}'.encode(),
        )

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if not payload.startswith(CHANGED):
            if frame.msg_type == TEXT:
                self.on_other(decode_other(payload))
            return
        room = self.room
        known = room.frames.get(payload[:KEY])
        if known is None or known.payload != payload:
            known = room.understand(payload)
        if known.after != self.cursor:
            if self.cursor >= 0:
                self.faults.add(f"{self.who} at {self.cursor} got ({known.after}, {known.head}]")
            self.began_at = known.after
        self.cursor = known.head
        if self.unheard:
            for number in known.said.get(self.who, ()):
                self.hear_own(number)
        if known.head >= self.must_reach:
            self.arrived()

    def on_other(self, frame: Other) -> None:
        if frame.type == "ack" and frame.reply_to is not None:
            if self.acks.setdefault(frame.reply_to, frame.seq) != frame.seq:
                self.faults.add(f"two acks for {frame.reply_to} of {self.who} differ")
        elif frame.type == "welcome":
            if frame.reset:
                self.faults.add(f"{self.who} was reset")
                self.cursor = -1
            self.epoch = frame.epoch
            self.must_reach = frame.head
        elif frame.type == "error":
            self.faults.add(f"{self.who} was refused: {frame.detail}")

    def resume(self) -> None:
        """Be ready for a new connection at the old cursor."""
        self.must_reach = 1 << 60  # until its welcome comes
        self.ack_lost_up_to = self.number
        self.live = self.live.get_loop().create_future()
        self.gone.clear()

    def resend(self) -> None:
        """Send again what has not come back."""
        for number in self.unheard:
            self.send(number)

    def heard(self) -> int:
        return max(0, self.cursor - self.began_at)

    def missing(self) -> int:
        """Also counts messages that are not in the log, or not where their acks say."""
        unsure = sum(not self.is_stored(number) for number in range(1, self.number + 1))
        return int(self.room.head - self.cursor) + unsure

    def is_stored(self, number: int) -> bool:
        seq = self.room.seqs.get(body_of(self.who, number))
        if number in self.acks or number > self.ack_lost_up_to:
            return seq is not None and seq == self.acks.get(number)
        return seq is not None
