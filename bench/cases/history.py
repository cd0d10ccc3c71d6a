"""Does a long past cost anything? Posting and leafing with more and more messages in the room."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from msgspec import Struct, field

from bench import drive, servers
from bench.cases.table import cost
from bench.drive import spec_for
from bench.filling import filled_folder
from bench.load.pages import Pages
from bench.load.spec import Group, Result
from bench.plan import Plan

POSTING = Group(people=100, talkers=100)  # a big enough batch to be about the database


SIZES = (1000, 30_000, 1_000_000)


class Past(Struct):
    """A room with so many messages before the run."""

    messages: int
    posting: list[Result] = field(default_factory=list)
    leafing: list[Pages] = field(default_factory=list)

    @property
    def posts(self) -> float:
        """Messages a second."""
        return median(run.groups[0].messages for run in self.posting)

    @property
    def page_p50(self) -> float:
        return median(pages.p50 for pages in self.leafing)

    @property
    def page_p99(self) -> float:
        return median(pages.p99 for pages in self.leafing)


def run(plan: Plan) -> list[Past]:
    pasts = [Past(count) for count in SIZES]
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as name:
        folder = Path(name)
        for past in pasts:
            plan.report(f"filling a room with {past.messages:,} messages")
            filled_folder(folder / str(past.messages), past.messages)
        for _ in range(plan.rounds):
            for past in pasts:
                measure(plan, past, folder / str(past.messages))
    return pasts


def measure(plan: Plan, past: Past, original: Path) -> None:
    """On a copy, so that each round begins with the same past."""
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as name:
        copy = Path(shutil.copytree(original, Path(name) / "data"))
        os.sync()  # or each commit waits for the copy to reach the disk
        with servers.ours({"DATA_DIR": copy}) as target:
            with drive.generator(
                "pages", spec_for(target, Group(people=1), seconds=plan.seconds)
            ) as run:
                past.leafing.append(run.result(Pages))
            past.posting.append(drive.measure(target, POSTING, seconds=plan.seconds))
    pages, posting = past.leafing[-1], past.posting[-1]
    plan.report(
        f"  {past.messages:,}: {posting.groups[0].messages:,.0f} posts/s"
        f" ({cost(posting) * POSTING.people:.0f} us each), a page in {pages.p50:.2f} ms"
        f"{pages.examples or ''}"
    )
