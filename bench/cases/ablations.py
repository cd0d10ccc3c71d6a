"""What each idea is worth: the same load with it switched off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from bench import drive, servers
from bench.cases.table import Cell, Load, summary
from bench.drive import RunFailed
from bench.load.spec import Group
from bench.plan import Plan
from bench.servers import Target
from testing.processes import ServerFailed

LOADS: list[Load] = [(100, 8), (1000, 8), (1000, 100)]


def patched(*patches: str) -> AbstractContextManager[Target]:
    return servers.ours({"BENCH_PATCHES": ",".join(patches)}, command=servers.PATCHED)


def plain_daphne() -> AbstractContextManager[Target]:
    command = (*servers.PLAIN_DAPHNE, "chatsite.asgi:application")
    return servers.ours(command=command)


VARIANTS: dict[str, Callable[[], AbstractContextManager[Target]]] = {
    "everything on": partial(patched),
    "no group commit: a transaction per message": partial(patched, "no_group_commit"),
    "no wait for more posts: a commit begins immediately": partial(patched, "no_batch_wait"),
    "no coalescing: a frame per message": partial(patched, "no_coalescing"),
    "no prepared frames: ASGI's `send` per connection": partial(patched, "no_prepared_frames"),
    "plain `daphne` instead of `manage.py serve`": plain_daphne,
    "a hub and a group member per connection": partial(patched, "no_shared_hub"),
    "SQLite does not wait for the disk": partial(patched, "no_flush"),
    "nothing is stored": partial(patched, "no_storage"),
}
ROUNDS = 2  # differences are large, and there are many cells
TOO_SLOW = {("a hub and a group member per connection", 1000)}


def run(plan: Plan) -> list[Cell]:
    cells = [
        Cell(name, *load, [], "skipped" if (name, load[0]) in TOO_SLOW else "")
        for name in VARIANTS
        for load in LOADS
    ]
    rounds = min(plan.rounds, ROUNDS)
    for number in range(rounds):
        plan.report(f"ablations, round {number + 1} of {rounds}")
        for cell in cells:
            if not cell.note:
                measure(plan, cell)
    return cells


def measure(plan: Plan, cell: Cell) -> None:
    try:
        with VARIANTS[cell.server]() as target:
            group = Group(people=cell.people, talkers=cell.talkers)
            cell.runs.append(drive.measure(target, group, seconds=plan.seconds))
    except (RunFailed, ServerFailed) as error:
        cell.note = str(error).strip().splitlines()[-1][:200]
    text = cell.note or summary(cell.runs[-1])
    plan.report(f"  {cell.server}, {cell.people} x {cell.talkers}: {text}")
