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
    growth,
    history,
    idle,
    memory,
    nodes,
    offered,
    opening,
    profile,
    reactions,
    rooms,
    storm,
    table,
)
from bench.plan import FULL, QUICK, Plan
from bench.results import Results
from testing.processes import ROOT


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
    page.write(found, options.docs)


QUESTIONS = {
    "table": table.run,
    "idle": idle.run,
    "memory": memory.run,
    "storms": storm.run,
    "reactions": reactions.run,
    "pasts": history.run,
    "growth": growth.run,
    "profiles": profile.run,
    "ablations": ablations.run,
    "offered": offered.run,
    "rooms": rooms.run,
    "nodes": nodes.run,
    "openings": opening.run,
}
QUICK_QUESTIONS = "table", "idle", "memory"


def measure_all(plan: Plan) -> Results:
    """Needs about 20 minutes, or a minute or two if quick. What was found so far is kept
    after each question: `--again` makes a page of it, should the rest fail."""
    cores.raise_open_files()
    found = Results(
        date=datetime.now(UTC).date().isoformat(),
        quick=plan.quick,
        rounds=plan.rounds,
        seconds=plan.seconds,
        minutes=0.0,
        machine=machine.description(),
        commit_ms=machine.commit_ms(),
    )
    for name in QUICK_QUESTIONS if plan.quick else QUESTIONS:
        setattr(found, name, QUESTIONS[name](plan))
        found.minutes = (time.monotonic() - plan.began) / 60
        findings.save(found)
    return found


if __name__ == "__main__":
    main()
