"""What an idle connection costs the server in memory, and how long it takes to let many in."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from bench import drive, servers
from bench.drive import spec_for
from bench.load.hold import Held
from bench.load.spec import Group
from bench.plan import Plan

WARM = 50  # connections that come first, so that what is made once is not counted


class Memory(Struct):
    people: int
    kib_each: float  # resident memory of the server's process
    connect_seconds: float


def run(plan: Plan) -> list[Memory]:
    sizes = [1000] if plan.quick else [1000, 5000, 10_000]
    return [one(plan, people) for people in sizes]


def one(plan: Plan, people: int) -> Memory:
    with (
        servers.ours() as target,
        drive.generator("hold", spec_for(target, Group(people=WARM))) as first,
    ):
        first.wait_for("holding")
        empty = resident_kib(target.pids[0])
        with drive.generator("hold", spec_for(target, Group(people=people))) as run:
            run.wait_for("holding")
            full = resident_kib(target.pids[0])
            run.tell("leave")
            held: Held = run.result(Held)
        first.tell("leave")
        first.result(Held)
    memory = Memory(people, (full - empty) / people, held.connect_seconds)
    plan.report(f"memory, {people} idle: {memory.kib_each:.1f} KiB each")
    return memory


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
