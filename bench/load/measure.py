"""The usual run: all connect, some send for a while, and all must receive everything."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Sequence
from pathlib import Path

from bench.load.crowd import Crowd, all_of
from bench.load.faults import Faults
from bench.load.spec import GroupResult, Result, Spec

CATCH_UP = 60.0  # seconds after the last message until all must have received it
SILENCE = 5.0  # seconds without any delivery: then nothing comes any more
TICKS = os.sysconf("SC_CLK_TCK")


async def measure(spec: Spec) -> Result:
    faults = Faults()
    crowds = [Crowd(spec, group, faults) for group in spec.groups]
    began = time.perf_counter()
    await all_of(crowd.gather() for crowd in crowds)
    connected = time.perf_counter() - began
    gc.collect()
    gc.freeze()
    gc.disable()  # nothing here makes cycles while it counts
    await asyncio.sleep(spec.settle)
    for crowd in crowds:
        crowd.talk.start()
    await asyncio.sleep(spec.warm_up)
    before = [(crowd.heard(), crowd.said()) for crowd in crowds]
    print("counting", flush=True)
    server, load, start = cpu_seconds(spec.pids), time.process_time(), time.perf_counter()
    for crowd in crowds:
        crowd.talk.counting = True
    await asyncio.sleep(spec.seconds)
    after = [(crowd.heard(), crowd.said()) for crowd in crowds]
    seconds = time.perf_counter() - start
    server, load = cpu_seconds(spec.pids) - server, time.process_time() - load
    for crowd in crowds:
        crowd.talk.stop()
    await caught_up(crowds)
    result = Result(
        groups=[
            group_result(crowd, *then, *now, seconds)
            for crowd, then, now in zip(crowds, before, after, strict=True)
        ],
        seconds=seconds,
        connect_seconds=connected,
        server_cpu=server / seconds,
        load_cpu=load / seconds,
        lost=sum(crowd.missing() for crowd in crowds),
        faults=faults.count,
        examples=faults.examples,
        server_seconds=server,
    )
    await all_of(crowd.disperse() for crowd in crowds)
    return result


async def caught_up(crowds: Sequence[Crowd]) -> None:
    deadline = time.monotonic() + CATCH_UP
    missing, since = -1, time.monotonic()
    while time.monotonic() < min(deadline, since + SILENCE):
        await asyncio.sleep(0.1)
        missing, before = sum(crowd.missing() for crowd in crowds), missing
        if missing == 0:
            return
        if missing != before:
            since = time.monotonic()


def group_result(
    crowd: Crowd, heard: int, said: int, heard_now: int, said_now: int, seconds: float
) -> GroupResult:
    echoes = sorted(crowd.talk.echoes)
    return GroupResult(
        deliveries=(heard_now - heard) / seconds,
        messages=(said_now - said) / seconds,
        echo_p50=quantile_ms(echoes, 0.5),
        echo_p99=quantile_ms(echoes, 0.99),
        echoes=len(echoes),
    )


def quantile_ms(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def cpu_seconds(pids: Sequence[int]) -> float:
    """The CPU time that the processes have used so far, user and system."""
    total = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        user, system = stat.rpartition(")")[2].split()[11:13]
        total += int(user) + int(system)
    return total / TICKS
