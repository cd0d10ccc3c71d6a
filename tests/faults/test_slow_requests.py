"""Clients that send a request a byte at a time, more of them than the server may open files."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.faults import hostile
from tests.faults.latency import Latency
from tests.faults.scenario import either, world

FILES = either(256, 1024)
SLOW = either(300, 1200)
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = ["manage.py"]
runpy.run_path("manage.py", run_name="__main__")
"""
COMMAND = ("-c", LIMITED, str(FILES), "serve", "--port", "{port}")


async def test_slow_requests_prevent_nobody_from_posting_or_connecting():
    async with world("slow requests", people=6, command=COMMAND) as here:
        node, seen = here.nodes[0], Counter()
        latency = Latency(here)

        async def ask():
            newcomers = asyncio.create_task(here.invite(1))
            slow = [ask_slowly(node, seen) for _ in range(SLOW)]
            await asyncio.gather(newcomers, watch_files(node, seen), *slow)

        await latency.measure(ask)
        await here.verdict()
        here.report(slow=SLOW, files=FILES, **seen, **latency.figures())
        assert len(here.people) > 6, "nobody came in"
        assert seen["ended"]
        assert seen["open_files"] < FILES
        assert here.closes() == []
        for person in here.people:
            assert not person.noted("retry") + person.noted("fail")
        latency.assert_unchanged()


async def watch_files(node, seen):
    """The maximum number of files that the server had open."""
    while True:
        seen["open_files"] = max(seen["open_files"], hostile.descriptors(node.pid))
        await asyncio.sleep(0.1)


async def ask_slowly(node, seen):
    """Send a header that never ends; reconnect when closed."""
    while True:
        try:
            await send_slowly(await hostile.dial(node))
        except OSError:
            seen["ended"] += 1
            await asyncio.sleep(0.5)


async def send_slowly(plain):
    loop = asyncio.get_running_loop()
    with plain:
        await loop.sock_sendall(plain, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        while True:
            await loop.sock_sendall(plain, b"x")
            await asyncio.sleep(0.5)
