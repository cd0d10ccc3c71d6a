"""The main table: how many deliveries a second, for so many connections and talkers.

The servers take turns within a round, so that what disturbs the machine disturbs them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from statistics import median
from typing import Any

from msgspec import Struct

from bench import drive, servers
from bench.drive import RunFailed
from bench.load.spec import Group, Result
from bench.plan import Plan
from bench.servers import Target
from testing.processes import ServerFailed

OURS = "this chat"
OURS_PLAIN = "this chat, plain text"
TUTORIAL = "Channels tutorial, Daphne, in-memory layer"
TUTORIAL_REDIS = "Channels tutorial, Daphne, Redis pub/sub layer"
QUART = "Quart chat tutorial, Hypercorn"
BARE = "bare picows loop"
NATS = "NATS over WebSocket"

Load = tuple[int, int]  # connections, talkers

COMPARED: list[Load] = [(100, 8), (1000, 8), (1000, 100)]
ONLY_OURS: list[Load] = [
    *[(10, 1), (10, 8), (100, 1), (100, 100)],
    *[(1000, 1), (5000, 1), (5000, 8), (5000, 100)],
]
REPEATED = [*COMPARED, (5000, 8)]  # goals need these: a run in each round, not one in all
SLOW = {TUTORIAL: 4.0, TUTORIAL_REDIS: 4.0}  # times the usual seconds
NOT_IN_QUICK = (OURS_PLAIN, TUTORIAL_REDIS)
LEFT_OUT = {(TUTORIAL, 1000, 100), (TUTORIAL_REDIS, 1000, 100)}  # a run would take minutes


class Cell(Struct):
    """One server under one load."""

    server: str
    people: int
    talkers: int
    runs: list[Result]
    note: str = ""  # why there are none

    @property
    def deliveries(self) -> float:
        return median([run.groups[0].deliveries for run in self.runs] or [0.0])

    @property
    def echo_p50(self) -> float:
        return median([run.groups[0].echo_p50 or 0.0 for run in self.runs] or [0.0])

    @property
    def echo_p99(self) -> float:
        return median([run.groups[0].echo_p99 or 0.0 for run in self.runs] or [0.0])

    @property
    def cpu_per_delivery(self) -> float:
        """Microseconds of the server's CPU time."""
        return median([cost(run) for run in self.runs] or [0.0])


STARTS: dict[str, Callable[[], AbstractContextManager[Target]]] = {
    OURS: servers.ours,
    OURS_PLAIN: lambda: servers.ours(dialect="plain"),
    TUTORIAL: servers.tutorial,
    TUTORIAL_REDIS: servers.tutorial_on_redis,
    QUART: servers.quart,
    BARE: servers.bare,
    NATS: servers.nats,
}


def run(plan: Plan) -> list[Cell]:
    """Every cell, in the order of STARTS."""
    cells = {
        (name, *load): Cell(name, *load, [], "not run" if (name, *load) in LEFT_OUT else "")
        for name in STARTS
        for load in loads_of(name, plan)
    }
    by_server: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells.values():
        by_server[cell.server].append(cell)
    for number in range(plan.rounds):
        for name, theirs in by_server.items():
            plan.report(f"round {number + 1} of {plan.rounds}: {name}")
            due = [
                cell for cell in theirs if number == 0 or (cell.people, cell.talkers) in REPEATED
            ]
            run_server(plan, name, [cell for cell in due if not cell.note])
    return list(cells.values())


def loads_of(name: str, plan: Plan) -> Iterable[Load]:
    if name in NOT_IN_QUICK and plan.quick:
        return ()
    if name == OURS and not plan.quick:
        return sorted([*COMPARED, *ONLY_OURS])
    return COMPARED


def is_repeated(cell: Cell) -> bool:
    return (cell.people, cell.talkers) in REPEATED


def run_server(plan: Plan, name: str, cells: list[Cell]) -> None:
    if name == NATS and servers.nats_program() is None:
        for cell in cells:
            cell.note = "nats-server is not installed"
        return
    for cell in cells:
        try:
            with STARTS[name]() as target:
                cell.runs.append(run_cell(plan, target, cell))
        except (RunFailed, ServerFailed) as error:
            cell.note = str(error).strip().splitlines()[-1][:200]
            plan.report(f"  {cell.people} x {cell.talkers}: {cell.note}")


def run_cell(plan: Plan, target: Target, cell: Cell) -> Result:
    result = drive.measure(
        target,
        Group(people=cell.people, talkers=cell.talkers),
        seconds=plan.seconds * SLOW.get(cell.server, 1.0),
        warm_up=plan.warm_up,
        settle=plan.settle,
    )
    plan.report(f"  {cell.people} x {cell.talkers}: {summary(result)}")
    return result


def summary(result: Result) -> str:
    """A run in a line."""
    first = result.groups[0]
    text = f"{first.deliveries:,.0f} deliveries/s"
    if first.echo_p50 is not None:
        text += f", echo {first.echo_p50:.1f} ms"
    text += f", server {result.server_cpu:.0%}, load {result.load_cpu:.0%} of a core"
    if result.lost or result.faults:
        text += f"; LOST {result.lost}, FAULTS {result.faults}: {result.examples}"
    return text


def cost(result: Result) -> float:
    """Microseconds of CPU per delivery."""
    delivered = sum(group.deliveries for group in result.groups) * result.seconds
    return result.server_seconds * 1e6 / delivered if delivered else 0.0


def load_text(cell: Any) -> str:
    """`cell` has people and talkers."""
    return f"{cell.people:,} × {cell.talkers}"
