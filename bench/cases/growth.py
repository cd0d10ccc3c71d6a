"""A room from its first message to the millionth, all of them posted by people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from bench import drive, servers
from bench.cases.history import POSTING, SIZES
from bench.plan import Plan

STRETCH = 20.0  # seconds between looks at how far it has come
MOST = 12  # stretches


class Growth(Struct):
    messages: int  # in the room at the end of the stretch
    posts: float  # messages a second within it


def run(plan: Plan) -> list[Growth]:
    stretches: list[Growth] = []
    with servers.ours() as target:
        database = Path(target.nodes[0].data_dir) / "chat.sqlite3"
        while len(stretches) < MOST and (not stretches or stretches[-1].messages < SIZES[-1]):
            result = drive.measure(target, POSTING, seconds=STRETCH)
            stretches.append(Growth(head(database), result.groups[0].messages))
            found = stretches[-1]
            plan.report(f"a room of {found.messages:,}: {found.posts:,.0f} posts/s")
    return stretches


def head(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT max(head) FROM chat_room").fetchone()[0])
