"""A full node shuts down: its clients get a time at which to reconnect, and spread out."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from testing import processes
from tests.faults import figures
from tests.faults.scenario import SERVE

CROWD = 1_000
AT_ONCE = 100  # handshakes under way


async def visit(node, entering):
    async with entering:
        return await connect(
            f"{node.ws_url}/ws", subprotocols=["chat.v1"], ping_interval=None, proxy=None
        )


async def wait_to_the_end(connection):
    """When the server asks us to come back, as a monotonic time, and the close code."""
    back_at = None
    try:
        async for text in connection:
            if text.startswith('{"type":"going_away"'):
                back_at = time.monotonic() + json.loads(text)["retry_in_ms"] / 1000
    except ConnectionClosed:
        pass
    return back_at, connection.close_code


async def move(connection, next_node, entering):
    """As the page does; returns whether we got a time, the close code, and when we were back."""
    back_at, code = await wait_to_the_end(connection)
    if back_at is not None:
        await asyncio.sleep(back_at - time.monotonic())
    async with await visit(next_node, entering) as connection:
        await connection.recv()
        return back_at is not None, code, time.monotonic()


async def test_a_thousand_clients_move_to_the_next_node_spread_over_seconds():
    settings = {"SOCKETS_PER_ADDRESS": 0, "DRAIN_SECONDS": 10}
    with (
        processes.chat_node(command=SERVE, **settings) as node,
        processes.chat_node(command=SERVE, **settings) as next_node,
    ):
        entering = asyncio.Semaphore(AT_ONCE)
        crowd = await asyncio.gather(*(visit(node, entering) for _ in range(CROWD)))
        moving = [asyncio.ensure_future(move(each, next_node, entering)) for each in crowd]
        began_at = time.monotonic()

        exit_code = await asyncio.to_thread(node.terminate)

        drained = time.monotonic() - began_at
        moved = await asyncio.gather(*moving)
        per_second = Counter(int(back_at - began_at) for *_, back_at in moved)
        busiest = max(per_second.values()) / CROWD
        figures.add(
            f"SIGTERM with {CROWD} connections",
            drained=drained,
            last_back=max(back_at for *_, back_at in moved) - began_at,
            busiest_second_percent=round(busiest * 100, 1),
        )
        assert exit_code == 0
        assert all(got_a_time for got_a_time, _, _ in moved)
        assert {code for _, code, _ in moved} == {1012}
        assert len(per_second) >= 8, "they came back all at once"
