"""The dialect `chat.v1` of people who react to the room's first message.

Other than in chat.py, a message may come again, and a number may be missing from the frames: that
of a change which a later one in the same pass has replaced.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from picows import WSFrame, WSTransport

from bench.load.body import author_and_number
from bench.load.chat import CHANGED, ChatPerson, ChatRoom, Known, Other, decode_changed
from bench.load.faults import Faults
from bench.load.person import TEXT

REACTION = 1 << 40  # the id of the command; those of messages are lower


class ReactionRoom(ChatRoom):
    """A log whose first message is reacted to, `count` times so far."""

    def __init__(self, talkers: int, faults: Faults) -> None:
        super().__init__(talkers, faults)
        self.count = 0

    def understand(self, payload: bytes) -> Known:
        changed = decode_changed(payload)
        said: dict[int, list[int]] = {}
        for message in changed.messages:
            if message.seq != message.changed_seq:
                self.count = max([self.count, *(each.count for each in message.reactions)])
                continue
            try:
                who, number = author_and_number(message.body)
            except ValueError:
                continue
            said.setdefault(who, []).append(number)
        return Known(payload, changed.after, changed.head, said)


class ReactingPerson(ChatPerson):
    def __init__(self, who: int, room: ReactionRoom, faults: Faults) -> None:
        super().__init__(who, room, faults)
        self.reacted_at = self.ack_seconds = 0.0
        self.seq = 0  # of the reaction
        self.settled = asyncio.Event()  # it has been acknowledged
        self.frames = self.bytes = 0

    @classmethod
    def new_room(cls, talkers: int, faults: Faults) -> ReactionRoom:
        return ReactionRoom(talkers, faults)

    def react(self) -> None:
        assert self.transport is not None
        self.reacted_at = perf_counter()
        command = f'{{"type":"message.react","id":{REACTION},"seq":1,"emoji":"👍","on":true}}'
        self.transport.send(TEXT, command.encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if payload.startswith(CHANGED) and b'"reactions"' in payload:
            self.frames += 1
            self.bytes += len(payload)
        super().on_ws_frame(transport, frame)

    def on_other(self, frame: Other) -> None:
        if frame.type == "ack" and frame.reply_to == REACTION:
            self.seq, self.ack_seconds = frame.seq, perf_counter() - self.reacted_at
            self.settled.set()
            return
        super().on_other(frame)
