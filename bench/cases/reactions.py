"""A thousand people react to one message within a second, while eight chat."""

from __future__ import annotations

from bench import drive, servers
from bench.drive import spec_for
from bench.load.reaction_storm import Reacted
from bench.load.spec import Group
from bench.plan import Plan

PEOPLE, TALKERS = 1000, 8
RATE = 20.0  # messages a second of all talkers


def run(plan: Plan) -> Reacted:
    settings: servers.Settings = {"PEOPLE_PER_ADDRESS": 2 * PEOPLE}  # all come from one
    with servers.ours(settings, dialect="reactions") as target:
        spec = spec_for(
            target,
            Group(people=PEOPLE, talkers=TALKERS, rate=RATE),
            seconds=plan.seconds,
            warm_up=plan.warm_up,
            settle=plan.settle,
        )
        with drive.generator("reactions", spec) as run:
            found: Reacted = run.result(Reacted)
    plan.report(
        f"{found.acked} reactions in {found.seqs} seqs, {found.frames} frames"
        f" with {found.bytes:,.0f} bytes per reader, faults {found.faults} {found.examples or ''}"
    )
    return found
