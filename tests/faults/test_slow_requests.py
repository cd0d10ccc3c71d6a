"""Clients that send a request a byte at a time, more of them than the server may open files."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.faults import figures, hostile
from tests.faults.world import either, world

FILES = either(256, 1024)
SLOW = either(300, 1200)
CALM = either(2, 10)  # seconds
LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2)
sys.argv[:2] = ["manage.py"]
runpy.run_path("manage.py", run_name="__main__")
"""
COMMAND = ("-c", LIMITED, str(FILES), "serve", "--port", "{port}")


async def test_slow_requests_keep_nobody_from_posting_or_from_coming_in():
    async with world("slow requests", people=6, command=COMMAND) as here:
        node, seen = here.nodes[0], Counter()
        async with here.talking():
            await asyncio.sleep(CALM)
            began_at = asyncio.get_running_loop().time()
            slow = [asyncio.create_task(ask_slowly(node, seen)) for _ in range(SLOW)]
            async with asyncio.timeout(60):
                while seen["connected"] < SLOW or not seen["ended"]:
                    await asyncio.sleep(0.05)
            await here.invite(2, name="newcomer")
            await asyncio.sleep(CALM)
            most = await asyncio.to_thread(hostile.descriptors, node.pid)
            ended_at = asyncio.get_running_loop().time()
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        await here.verdict()
        here.report(
            slow=SLOW,
            files=FILES,
            open_files=most,
            calm_p99_ms=figures.p99_ms(here.people, here.began_at, began_at),
            slow_p99_ms=figures.p99_ms(here.people, began_at, ended_at),
            **seen,
        )
        assert here.closes() == []
        assert most < FILES
        for person in here.people:
            assert not person.noted("retry") + person.noted("fail")


async def ask_slowly(node, seen):
    """A header that never ends; whoever is sent away comes back."""
    loop = asyncio.get_running_loop()
    while True:
        plain = await hostile.dial(node)
        try:
            await loop.sock_sendall(plain, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            seen["connected"] += 1
            while True:
                await loop.sock_sendall(plain, b"x")
                await asyncio.sleep(0.5)
        except OSError:
            seen["ended"] += 1
            await asyncio.sleep(0.5)
        finally:
            plain.close()
