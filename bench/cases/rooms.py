"""Many rooms: one busy among 1,000 quiet ones, and 1,000 that all talk a little."""

from __future__ import annotations

from msgspec import Struct

from bench import drive, servers
from bench.cases.table import summary
from bench.load.spec import Group, Result
from bench.plan import Plan

BUSY = Group(people=100, talkers=8, room="busy")
QUIET = Group(people=1000, talkers=1000, rate=20.0, room="quiet", rooms=1000)
MANY = Group(people=10_000, talkers=100, room="many", rooms=1000)


class Rooms(Struct):
    alone: Result  # the busy room
    among_quiet: Result  # groups: the busy room, the quiet ones
    many: Result | None  # 1,000 rooms of 10, 100 talkers


def run(plan: Plan) -> Rooms:
    with servers.ours() as target:
        alone = drive.measure(target, BUSY, seconds=plan.seconds)
    plan.report(f"a busy room alone: {summary(alone)}")
    with servers.ours() as target:
        among = drive.measure(target, BUSY, QUIET, seconds=plan.seconds)
    plan.report(f"a busy room among 1,000 quiet ones: {summary(among)}")
    many = None
    if not plan.quick:
        with servers.ours() as target:
            many = drive.measure(target, MANY, seconds=plan.seconds)
        plan.report(f"1,000 rooms of 10: {summary(many)}")
    return Rooms(alone, among, many)
