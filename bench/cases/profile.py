"""Where the server's time goes, from a sampling profiler, as shares of what it used."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from bench import drive, servers
from bench.cases.table import cost, summary
from bench.load.spec import Group, Result
from bench.plan import Plan
from bench.servers import Target

SECONDS = 4
SAMPLES = 200  # a second
LOADS = [
    Group(people=100, talkers=8),
    Group(people=1000, talkers=8),
    Group(people=1000, talkers=100),
]

# The first rule that matches a frame, innermost frame first, names where the time went.
PARTS: list[tuple[str, str]] = [
    ("waiting for events", r"select \(selectors\.py"),
    ("writing to sockets (kernel)", r"WriteBuffer\.write "),
    ("SQLite: commit", r"_commit \(django/db/backends"),
    ("SQLite: statements", r"(execute|executemany) \(django/db/backends/sqlite3"),
    ("Django's ORM and transactions", r"\(django/"),
    (
        "group commit and services",
        r"\(chat/(live/group_commit|database|services/\w+|channel/\w+|models/\w+)\.py",
    ),
    (
        "fan-out: hub, subscriptions, frames",
        r"\(chat/live/(hub|fan_out|sequencer|subscription|replay_buffer|log_frames"
        r"|prepared_text|presence)\.py",
    ),
    ("launcher's connection", r"\(chatsite/server/"),
    ("commands: decode, checks, replies", r"\(chat/"),
    ("frames in: Autobahn", r"\((autobahn|txaio)/"),
    ("Daphne and Channels", r"\((daphne|channels|asgiref)/"),
    ("frames in: Twisted", r"\(twisted/"),
    ("event loop and threads", r"\((asyncio|concurrent|threading|selectors)"),
]
IDLE = re.compile(r"_worker \(concurrent/futures/thread\.py|select \(selectors\.py")


class Profile(Struct):
    people: int
    talkers: int
    result: Result
    shares: dict[str, float]  # of the samples, largest first; empty without py-spy
    cpu_per_delivery: float  # microseconds


def run(plan: Plan) -> list[Profile]:
    return [one(plan, load) for load in LOADS]


def one(plan: Plan, load: Group) -> Profile:
    shares: dict[str, float] = {}
    with servers.ours() as target:
        plain = drive.measure(target, load, seconds=plan.seconds)
    if py_spy() is not None:
        with servers.ours() as target:
            drive.measure(
                target, load, seconds=SECONDS + 1, meanwhile=lambda: shares.update(sample(target))
            )
    plan.report(f"profile of {load.people} x {load.talkers}: {summary(plain)}")
    return Profile(load.people, load.talkers, plain, shares, cost(plain))


def py_spy() -> str | None:
    return shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")


def sample(target: Target) -> dict[str, float]:
    """Shares by part; empty when the profiler may not look."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "stacks"
        command = [str(py_spy()), "record", "--nonblocking", "--format", "raw"]
        command += ["--rate", str(SAMPLES), "--duration", str(SECONDS), "--output", str(output)]
        subprocess.run([*command, "--pid", str(target.pids[0])], capture_output=True, check=False)
        return shares_of(output.read_text().splitlines() if output.exists() else [])


def shares_of(lines: Sequence[str]) -> dict[str, float]:
    """From collapsed stacks: frames parted by semicolons, then the number of samples."""
    counts: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if not IDLE.match(frames[-1]):
            counts[part_of(frames)] += int(count)
    total = sum(counts.values())
    return {part: count / total for part, count in counts.most_common()}


def part_of(frames: Sequence[str]) -> str:
    for frame in reversed(frames):
        for part, pattern in PARTS:
            if re.search(pattern, frame):
                return part
    return "elsewhere"
