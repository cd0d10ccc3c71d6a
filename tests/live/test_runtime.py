"""One runtime for each event loop, asked for at the edge only."""

from __future__ import annotations

import ast
import asyncio
import gc
import weakref
from pathlib import Path

from chat.live.runtime import runtime

ROOT = Path(__file__).resolve().parent.parent.parent
EDGE = {"chat/consumers.py", "chatsite/lifespan.py"}  # and chat/views/


async def current():
    return runtime()


async def test_one_event_loop_has_one_runtime():
    assert runtime() is await asyncio.create_task(current())


def test_each_event_loop_has_its_own_and_it_ends_with_the_loop():
    first = asyncio.run(current())
    second = asyncio.run(current())
    assert first is not second

    reference = weakref.ref(first)
    del first
    gc.collect()

    assert reference() is None


def test_only_the_edge_asks_for_the_runtime():
    users = {
        str(path.relative_to(ROOT))
        for folder in ("chat", "chatsite")
        for path in (ROOT / folder).rglob("*.py")
        if asks_for_the_runtime(path.read_text())
    }

    views = {user for user in users if user.startswith("chat/views/")}
    assert views
    assert users - views == EDGE


def asks_for_the_runtime(source):
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "chat.live.runtime"
        and "runtime" in {alias.name for alias in node.names}
        for node in ast.walk(ast.parse(source))
    )
