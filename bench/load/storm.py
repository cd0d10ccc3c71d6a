"""The server dies and comes back: all reconnect at once, with their cursors."""

from __future__ import annotations

import asyncio
import random
import sys
import time

from msgspec import Struct
from picows import WSError

from bench.load.crowd import Crowd, all_of
from bench.load.faults import Faults
from bench.load.measure import caught_up
from bench.load.person import Person
from bench.load.spec import Spec

PROBE = 0.01  # seconds between looks whether the server is back
RETRY = 0.05, 0.2  # seconds before a refused client tries again
AFTERWARDS = 1.0  # seconds of messages when all are back


class Survived(Struct, frozen=True):
    connect_seconds: float  # the first time
    away_seconds: float  # from the crash until the first was accepted
    resume_seconds: float  # from then until all were live at their cursors
    retries: int  # connections that were refused or broke on the way
    lost: int
    faults: int
    examples: list[str]


async def storm(spec: Spec) -> Survived:
    """Prints "talking", and expects the server to be killed and started then; prints "back" when
    the first is connected and "live" when all are, and then waits to be asked to go on."""
    faults = Faults()
    crowd = Crowd(spec, spec.groups[0], faults)
    began = time.perf_counter()
    await crowd.gather()
    connected = time.perf_counter() - began
    await asyncio.sleep(spec.settle)
    crowd.talk.start()
    await asyncio.sleep(spec.warm_up)
    print("talking", flush=True)
    await all_of(person.gone.wait() for person in crowd.people)
    crowd.talk.running = False  # nobody sends until all are back
    gone_at = time.perf_counter()
    for person in crowd.people:
        person.resume()
    retries = [0]
    await come_back(crowd, crowd.people[0], PROBE, [0])
    back_at = time.perf_counter()
    print("back", flush=True)
    await all_of(come_back(crowd, each, None, retries) for each in crowd.people[1:])
    live_at = time.perf_counter()
    print("live", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    crowd.talk.running = True
    for person in crowd.talk.talkers:
        person.resend()
    await asyncio.sleep(AFTERWARDS)
    crowd.talk.stop()
    await caught_up([crowd])
    survived = Survived(
        connect_seconds=connected,
        away_seconds=back_at - gone_at,
        resume_seconds=live_at - back_at,
        retries=retries[0],
        lost=crowd.missing(),
        faults=faults.count,
        examples=faults.examples,
    )
    await crowd.disperse()
    return survived


async def come_back(crowd: Crowd, person: Person, pause: float | None, retries: list[int]) -> None:
    """Try until `person` is live again."""
    while True:
        try:
            await crowd.connect(person)
            await person.live
            return
        except (OSError, WSError):
            retries[0] += 1
            person.resume()
            await asyncio.sleep(random.uniform(*RETRY) if pause is None else pause)
