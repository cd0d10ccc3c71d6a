"""Everybody reacts to one message within a second, while a few chat."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from bench.load.crowd import Crowd, all_of
from bench.load.faults import Faults
from bench.load.measure import quantile_ms
from bench.load.reactions import ReactingPerson
from bench.load.spec import Spec

WITHIN = 1.0  # seconds in which all react
LATER = 5.0  # seconds until the last reaction must be acknowledged


class Reacted(Struct, frozen=True):
    calm_p50: float | None  # ms from sending to receiving one's own message
    calm_p99: float | None
    storm_p50: float | None  # the same in the second of the reactions
    storm_p99: float | None
    ack_p50: float | None  # ms from reacting to its acknowledgement
    ack_p99: float | None
    acked: int
    seqs: int  # that the reactions took in the log
    frames: int  # that the reader in the middle got with the message reacted to
    bytes: int  # of these frames, all messages in them included
    count: int  # reactions that the message showed in the end
    faults: int
    examples: list[str]


async def reactions(spec: Spec) -> Reacted:
    faults = Faults()
    crowd = Crowd(spec, spec.groups[0], faults)
    await crowd.gather()
    await asyncio.sleep(spec.settle)
    crowd.talk.start()
    await asyncio.sleep(spec.warm_up)
    calm = await echoes_for(crowd, spec.seconds)
    storm = asyncio.create_task(echoes_for(crowd, WITHIN))
    await all_of(react_soon(person) for person in crowd.people)
    during = await storm
    with suppress(TimeoutError):
        async with asyncio.timeout(LATER):
            await all_of(person.settled.wait() for person in crowd.people)
    crowd.talk.stop()
    await asyncio.sleep(spec.settle)
    acked = [person for person in crowd.people if person.seq]
    acks = sorted(person.ack_seconds for person in acked)
    reader = sorted(crowd.people, key=lambda person: person.bytes)[len(crowd.people) // 2]
    reacted = Reacted(
        calm_p50=quantile_ms(calm, 0.5),
        calm_p99=quantile_ms(calm, 0.99),
        storm_p50=quantile_ms(during, 0.5),
        storm_p99=quantile_ms(during, 0.99),
        ack_p50=quantile_ms(acks, 0.5),
        ack_p99=quantile_ms(acks, 0.99),
        acked=len(acked),
        seqs=len({person.seq for person in acked}),
        frames=reader.frames,
        bytes=reader.bytes,
        count=crowd.people[0].room.count,
        faults=faults.count,
        examples=faults.examples,
    )
    await crowd.disperse()
    return reacted


async def echoes_for(crowd: Crowd, seconds: float) -> Sequence[float]:
    """Seconds until echo of the messages that came back meanwhile, sorted."""
    talk = crowd.talk
    talk.echoes, talk.counting = [], True
    await asyncio.sleep(seconds)
    talk.counting = False
    return sorted(talk.echoes)


async def react_soon(person: ReactingPerson) -> None:
    await asyncio.sleep(random.random() * WITHIN)
    person.react()
