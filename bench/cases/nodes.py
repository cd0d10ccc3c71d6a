"""Several processes on Redis and PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench import cores, drive, servers
from bench.cases.table import Cell, Load, summary
from bench.load.spec import Group
from bench.plan import Plan
from bench.servers import NO_LIMITS, OURS, SERVE, Target
from testing.processes import find_program, postgres_server, redis_server

LOADS: list[Load] = [(1000, 8), (1000, 100)]
ROUNDS = 2
COUNTS = (1, 2, 4)
NEEDED = ("redis-server", "initdb")


def run(plan: Plan) -> list[Cell]:
    """The kernel places the processes: what they share is all the machine has."""
    missing = [name for name in NEEDED if find_program(name) is None]
    note = f"{' and '.join(missing)} not installed" if missing else ""
    cells = [Cell(f"{count} processes", *load, [], note) for count in COUNTS for load in LOADS]
    if missing:
        return cells
    for _ in range(min(plan.rounds, ROUNDS)):
        for cell in cells:
            with several(int(cell.server.split()[0])) as target:
                group = Group(people=cell.people, talkers=cell.talkers)
                cell.runs.append(drive.measure(target, group, seconds=plan.seconds, cores=[]))
            plan.report(f"{cell.server}, {cell.people} x {cell.talkers}: {summary(cell.runs[-1])}")
    return cells


@contextmanager
def several(count: int) -> Iterator[Target]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        postgres = stack.enter_context(postgres_server())
        settings: servers.Settings = {
            **NO_LIMITS,
            "REDIS_URL": redis.url,
            "DATABASE_URL": postgres.url,
            "MIGRATE_AT_START": 1,
            "SECRET_KEY": secrets.token_urlsafe(50),
        }
        nodes = [
            stack.enter_context(servers.node(SERVE, settings, on=cores.CORES)) for _ in range(count)
        ]
        yield Target("chat.v1", OURS, nodes)
