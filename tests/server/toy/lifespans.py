"""What the toy application may do when the server starts and ends."""

from __future__ import annotations

import asyncio

from tests.server.toy.state import told_to_end


async def plain(scope, receive, send):
    assert (await receive())["type"] == "lifespan.startup"
    print("started", flush=True)
    await send({"type": "lifespan.startup.complete"})
    assert (await receive())["type"] == "lifespan.shutdown"
    print("told to shut down", flush=True)
    told_to_end.set()
    await send({"type": "lifespan.shutdown.complete"})


async def unspoken(scope, receive, send):
    raise ValueError("no lifespan here")


async def fails(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no disk in the drive"})


async def breaks_later(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    raise RuntimeError("the journal is stuck")


async def never_ends(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await asyncio.Event().wait()


LIFESPANS = {
    "plain": plain,
    "unspoken": unspoken,
    "fails": fails,
    "breaks_later": breaks_later,
    "never_ends": never_ends,
}
