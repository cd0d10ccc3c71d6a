"""How long an echo takes when the load is a part of what the server can carry."""

from __future__ import annotations

from msgspec import Struct

from bench import drive, servers
from bench.cases.table import summary
from bench.load.spec import Group, Result
from bench.plan import Plan

PEOPLE, TALKERS = 1000, 100
SHARES = (0.2, 0.5, 0.8)  # of the messages a second that a closed loop reaches


class Offered(Struct):
    share: float
    rate: float  # messages a second
    result: Result


def run(plan: Plan) -> list[Offered]:
    with servers.ours() as target:
        closed = drive.measure(target, Group(people=PEOPLE, talkers=TALKERS), seconds=plan.seconds)
    most = closed.groups[0].messages
    plan.report(f"at most {most:,.0f} messages/s to {PEOPLE}")
    return [one(plan, share, most * share) for share in SHARES]


def one(plan: Plan, share: float, rate: float) -> Offered:
    with servers.ours() as target:
        group = Group(people=PEOPLE, talkers=TALKERS, rate=rate)
        result = drive.measure(target, group, seconds=plan.seconds * 2)
    plan.report(f"  {share:.0%} of that, {rate:,.0f} messages/s: {summary(result)}")
    return Offered(share, rate, result)
