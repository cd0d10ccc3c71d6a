"""The echo when hardly anything happens: 2 people, 20 messages a second together."""

from __future__ import annotations

from bench import drive
from bench.cases import table
from bench.cases.table import Cell
from bench.load.spec import Group
from bench.plan import Plan

SERVERS = (table.OURS, table.TUTORIAL, table.QUART, table.BARE)
RATE = 20.0  # messages a second
WARM_UP = 3.0  # seconds of talk: a young database's commits also make its journal longer


def run(plan: Plan) -> list[Cell]:
    cells = [Cell(name, 2, 2, []) for name in (SERVERS[:2] if plan.quick else SERVERS)]
    for _ in range(plan.rounds):
        for cell in cells:
            with table.STARTS[cell.server]() as target:
                drive.measure(target, Group(people=2, talkers=2), seconds=WARM_UP)
                group = Group(people=2, talkers=2, rate=RATE)
                result = drive.measure(target, group, seconds=max(3.0, plan.seconds))
            cell.runs.append(result)
            plan.report(f"idle echo, {cell.server}: {result.groups[0].echo_p50:.2f} ms")
    return cells
