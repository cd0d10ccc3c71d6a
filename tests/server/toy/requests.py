"""What the toy does with an HTTP request, by path."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections import Counter

from chatsite.server.connection import Connection
from chatsite.server.request import Request
from tests.server.toy.state import listening, room, stats, told_to_end

wall_clock = time.time


async def answer(send, body="", status=200):
    await send({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": body.encode()})


async def tell(scope, receive, send):
    await answer(send, json.dumps(stats))


async def listen(scope, receive, send):
    listening.set()
    await answer(send)


async def say(scope, receive, send, text, times="1", sizes="", plainly="0"):
    """Each of `times` messages to everyone in the room: fast if it can be, or else by `send`.

    Every `plainly`-th goes by `send` at once. Answers how often the fast way was open.
    """
    fast = Counter()
    sizes = [int(size) for size in sizes.split(",")] if sizes else [0]
    members = list(room.items())
    prepare = members[0][1][0]["prepare"]
    for number in range(int(times)):
        full = f"{text} {number} ".ljust(sizes[number % len(sizes)], ".")
        prepared = prepare(full)
        for name, (extension, send_plainly) in members:
            plain = int(plainly) and number % int(plainly) == 0
            if not plain and extension["send_text"](prepared):
                fast[name] += 1
            else:
                await send_plainly({"type": "websocket.send", "text": prepared.text})
    await answer(send, json.dumps(fast))


async def push(scope, receive, send, name, size):
    """Fast sends to one member until it is not writable; answers how many went out."""
    extension, _ = room[name]
    count = 0
    while extension["send_text"](extension["prepare"](f"{count} ".ljust(int(size), "."))):
        count += 1
    await answer(send, str(count))


async def pieces(scope, receive, send, text, size):
    """`text` after every 65,536 bytes, in pieces of that length, as Django sends them."""
    body = ("." * 65_536 + text) * (int(size) // 65_536)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(body), 65_536):
        piece = body[start : start + 65_536].encode()
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


async def show(scope, receive, send):
    """What the application sees of a request."""
    headers = {name.decode(): value.decode("latin1") for name, value in scope["headers"]}
    await answer(send, json.dumps({"path": scope["path"], "headers": headers}))


async def wait(scope, receive, send):
    await listening.wait()
    await answer(send)


async def hang(scope, receive, send):
    await asyncio.Event().wait()


async def slow(scope, receive, send):
    """A large answer, a moment after the server was told to end."""
    await told_to_end.wait()
    await answer(send, "." * 2_000_000)


async def block(scope, receive, send):
    """Never gives the event loop back."""
    print("blocking", flush=True)
    threading.Event().wait()


async def block_a_thread(scope, receive, send):
    print("blocking", flush=True)
    await asyncio.to_thread(threading.Event().wait)


async def explode(scope, receive, send):
    raise SystemExit("boom")


async def half(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise RuntimeError("as asked")


async def count_websockets(scope, receive, send):
    """How many are in memory, or the requests that they were; from now on nobody searches for
    what is not used."""
    gc.disable()
    everything = gc.get_objects()
    sockets = sum(isinstance(each, Connection) for each in everything)
    upgraded = sum(isinstance(each, Request) and not each.transport for each in everything)
    await answer(send, str(sockets + upgraded))


async def set_clock(scope, receive, send, seconds):
    """Let the wall clock be so many seconds ahead from now on."""
    time.time = lambda: wall_clock() + int(seconds)
    await answer(send)


PATHS = {
    "/set-clock": set_clock,
    "/stats": tell,
    "/listen": listen,
    "/say": say,
    "/push": push,
    "/pieces": pieces,
    "/show": show,
    "/wait": wait,
    "/hang": hang,
    "/slow": slow,
    "/block": block,
    "/block-a-thread": block_a_thread,
    "/explode": explode,
    "/half": half,
    "/websockets": count_websockets,
}
