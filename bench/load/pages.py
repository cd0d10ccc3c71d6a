"""Somebody leafs through the history, at random, one page after the other."""

from __future__ import annotations

import random
import time
from time import perf_counter

import msgspec
from msgspec import Struct
from picows import WSFrame, WSTransport

from bench.load.chat import ChatPerson, Message
from bench.load.crowd import Crowd
from bench.load.faults import Faults
from bench.load.measure import quantile_ms
from bench.load.person import TEXT
from bench.load.spec import Spec

PAGE = 100  # messages


class Page(Struct, frozen=True):
    type: str
    messages: list[Message] | None = None


class Pages(Struct, frozen=True):
    """What leafing took."""

    pages: float  # per second
    p50: float  # ms
    p99: float
    faults: int
    examples: list[str]


class Leafer(ChatPerson):
    """Asks for a page, checks it, asks for the next."""

    latencies: list[float]
    ends_at = 0.0
    asked_at = 0.0
    before = 0
    requests = 0

    def ask(self) -> None:
        self.before = random.randint(PAGE + 1, self.cursor)
        self.requests += 1
        self.asked_at = perf_counter()
        request = {"type": "history.fetch", "id": self.requests}
        request |= {"before": self.before, "limit": PAGE}
        assert self.transport is not None
        self.transport.send(TEXT, msgspec.json.encode(request))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if not payload.startswith(b'{"type":"ack"'):
            super().on_ws_frame(transport, frame)
            return
        now = perf_counter()
        page = msgspec.json.decode(payload, type=Page)
        seqs = [message.seq for message in page.messages or ()]
        if seqs != list(range(self.before - PAGE, self.before)):
            self.faults.add(f"the page before {self.before} holds {seqs[:3]} ... {seqs[-3:]}")
        self.latencies.append(now - self.asked_at)
        if now < self.ends_at:
            self.ask()
        else:
            self.gone.set()


async def pages(spec: Spec) -> Pages:
    faults = Faults()
    crowd = Crowd(spec, spec.groups[0], faults)
    room = crowd.people[0].room
    leafer = Leafer(0, room, faults)
    leafer.latencies = []
    await crowd.connect(leafer)
    await leafer.live
    leafer.ends_at = time.perf_counter() + spec.seconds
    leafer.ask()
    await leafer.gone.wait()
    ordered = sorted(leafer.latencies)
    leafer.leave()
    return Pages(
        pages=len(ordered) / spec.seconds,
        p50=quantile_ms(ordered, 0.5) or 0.0,
        p99=quantile_ms(ordered, 0.99) or 0.0,
        faults=faults.count,
        examples=faults.examples,
    )
