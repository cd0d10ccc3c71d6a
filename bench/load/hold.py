"""All connect and stay idle until they are asked to leave."""

from __future__ import annotations

import asyncio
import sys
import time

from msgspec import Struct

from bench.load.crowd import Crowd, all_of
from bench.load.faults import Faults
from bench.load.spec import Spec


class Held(Struct, frozen=True):
    connect_seconds: float  # from the first attempt until all were live
    faults: int


async def hold(spec: Spec) -> Held:
    faults = Faults()
    crowds = [Crowd(spec, group, faults) for group in spec.groups]
    began = time.perf_counter()
    await all_of(crowd.gather() for crowd in crowds)
    connected = time.perf_counter() - began
    print("holding", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await all_of(crowd.disperse() for crowd in crowds)
    return Held(connected, faults.count)
