"""An ASGI application that does whatever a server must survive.

A path chooses what happens; `/stats` tells what did. It prints when a WebSocket's call ends.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from tests.server.toy import requests, websockets
from tests.server.toy.lifespans import LIFESPANS
from tests.server.toy.state import stats

PATHS = {"http": requests.PATHS, "websocket": websockets.PATHS}


async def application(scope, receive, send, *, lifespan="plain"):
    if scope["type"] == "lifespan":
        await LIFESPANS[lifespan](scope, receive, send)
        return
    query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
    stats["running"] += 1
    try:
        await PATHS[scope["type"]][scope["path"]](scope, receive, send, **query)
    except asyncio.CancelledError:
        stats["cancelled"] += 1
        raise
    finally:
        stats["running"] -= 1
        if scope["type"] == "websocket":
            print("ended", scope["path"], flush=True)
