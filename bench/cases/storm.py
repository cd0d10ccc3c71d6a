"""The server is killed in mid-conversation and started again: all come back at once."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from msgspec import Struct

from bench import drive, servers
from bench.drive import spec_for
from bench.load.measure import cpu_seconds
from bench.load.spec import Group
from bench.load.storm import Survived
from bench.plan import Plan

TALKERS = 8


class Storm(Struct):
    people: int
    survived: Survived
    cpu_seconds: float  # of the server, in `survived.resume_seconds`
    queries: dict[str, int]  # from the crash until all were live, by kind

    @property
    def queries_in_all(self) -> int:
        return sum(self.queries.values())


def run(plan: Plan) -> list[Storm]:
    return [one(plan, people) for people in ([1000] if plan.quick else [1000, 5000])]


def one(plan: Plan, people: int) -> Storm:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "queries"
        settings: servers.Settings = {"BENCH_PATCHES": "log_queries", "BENCH_QUERIES": log}
        with servers.ours(settings, command=servers.PATCHED) as target:
            spec = spec_for(target, Group(people=people, talkers=TALKERS), at_once=10_000)
            with drive.generator("storm", spec) as run:
                run.wait_for("talking")
                target.nodes[0].kill()
                killed_at = time.time()
                target.nodes[0].start()
                run.wait_for("back")
                used = cpu_seconds(target.pids)
                run.wait_for("live")
                live_at, used = time.time(), cpu_seconds(target.pids) - used
                run.tell("go on")
                survived: Survived = run.result(Survived)
            queries = queries_between(log, killed_at, live_at)
    plan.report(
        f"resume storm of {people}: {survived.resume_seconds:.1f} s ({used:.1f} of CPU), "
        f"{sum(queries.values())} queries"
        f", {survived.retries} retries, lost {survived.lost}, faults {survived.faults}"
        f" {survived.examples or ''}"
    )
    return Storm(people, survived, used, queries)


def queries_between(log: Path, start: float, end: float) -> dict[str, int]:
    """Statements about rooms and messages by kind: not the start's look at its migrations, and not
    those that only begin or end a transaction."""
    kinds: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        at, _, sql = line.partition(" ")
        if start <= float(at) <= end and '"chat_' in sql:
            kinds[sql[:60]] += 1
    return dict(kinds)
