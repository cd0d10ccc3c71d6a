"""`python -m bench [--quick]`: measure everything, then write docs/benchmarks.md and its plots."""

from __future__ import annotations

import argparse
import dataclasses
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import cores, machine, page
from bench import results as findings
from bench.cases import (
    ablations,
    history,
    idle,
    memory,
    nodes,
    offered,
    profile,
    rooms,
    storm,
    table,
)
from bench.plan import FULL, QUICK, Plan
from bench.results import Results
from tests.processes import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the main table in about a minute")
    parser.add_argument("--rounds", type=int, help="runs of each cell")
    parser.add_argument("--again", action="store_true", help="only write the page anew")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page goes")
    options = parser.parse_args()
    if options.again:
        found = findings.load()
    else:
        plan = QUICK if options.quick else FULL
        if options.rounds:
            plan = dataclasses.replace(plan, rounds=options.rounds)
        found = measure_all(plan)
        findings.save(found)
    page.write(found, options.docs)


def measure_all(plan: Plan) -> Results:
    """Needs about a quarter of an hour, or a minute if quick."""
    cores.raise_open_files()
    found = Results(
        date=datetime.now(UTC).date().isoformat(),
        quick=plan.quick,
        rounds=plan.rounds,
        seconds=plan.seconds,
        minutes=0.0,
        machine=machine.description(),
        commit_ms=machine.commit_ms(),
        table=table.run(plan),
        idle=idle.run(plan),
        memory=memory.run(plan),
        storms=[] if plan.quick else storm.run(plan),
        pasts=[] if plan.quick else history.run(plan),
        profiles=[] if plan.quick else profile.run(plan),
        ablations=[] if plan.quick else ablations.run(plan),
        offered=[] if plan.quick else offered.run(plan),
        rooms=None if plan.quick else rooms.run(plan),
        nodes=[] if plan.quick else nodes.run(plan),
    )
    found.minutes = (time.monotonic() - plan.began) / 60
    return found


if __name__ == "__main__":
    main()
