"""What the toy does with a WebSocket, by path."""

from __future__ import annotations

import asyncio

from tests.server.toy.state import listening, room, stats


async def accept(receive, send, **more):
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept", **more})


async def until_gone(receive):
    while (event := await receive())["type"] == "websocket.receive":
        pass
    print("disconnected", event["code"], flush=True)


async def echo(scope, receive, send):
    await accept(receive, send)
    await echo_all(receive, send)


async def echo_all(receive, send):
    while (event := await receive())["type"] == "websocket.receive":
        await send({**event, "type": "websocket.send"})
    print("disconnected", event["code"], flush=True)


async def subprotocol(scope, receive, send):
    """Accepts the first one offered."""
    await accept(receive, send, subprotocol=scope["subprotocols"][0])
    await until_gone(receive)


async def close(scope, receive, send, code, reason=""):
    await accept(receive, send)
    await send({"type": "websocket.close", "code": int(code), "reason": reason})
    await until_gone(receive)


async def farewell(scope, receive, send):
    """Tries to go on after a close frame."""
    await accept(receive, send)
    extension = scope["extensions"]["websocket.send_text"]
    await send({"type": "websocket.send", "text": "hello"})
    assert extension["send_text"](extension["prepare"]("hello"))
    await send({"type": "websocket.close", "code": 4000})
    await send({"type": "websocket.send", "text": "too late"})
    assert not extension["send_text"](extension["prepare"]("too late"))
    await until_gone(receive)


async def flood(scope, receive, send, messages, size, name):
    """Numbered messages of `size` characters, as fast as `send` returns."""
    await accept(receive, send)
    for number in range(int(messages)):
        await send({"type": "websocket.send", "text": f"{number} ".ljust(int(size), ".")})
        stats[f"sent {name}"] += 1
    await until_gone(receive)


async def overtake(scope, receive, send, messages, size):
    """Sends every other message fast, over and over until it may, while one waits to be sent."""
    await accept(receive, send)
    extension = scope["extensions"]["websocket.send_text"]
    texts = [f"{number} ".ljust(int(size), ".") for number in range(int(messages))]
    for plain, fast in zip(texts[::2], texts[1::2], strict=True):
        waiting = asyncio.create_task(send({"type": "websocket.send", "text": plain}))
        await asyncio.sleep(0)
        while not extension["send_text"](extension["prepare"](fast)):
            await asyncio.sleep(0)
        await waiting


async def deaf(scope, receive, send):
    """Receives nothing until told to listen; then counts what waited, and says so."""
    await accept(receive, send)
    await listening.wait()
    while (event := await receive())["type"] == "websocket.receive":
        stats["received"] += 1
        await send({"type": "websocket.send", "text": event["text"][:32]})


async def undecided(scope, receive, send):
    await listening.wait()
    await accept(receive, send)
    await echo_all(receive, send)


async def member(scope, receive, send, name):
    await accept(receive, send)
    room[name] = (scope["extensions"]["websocket.send_text"], send)
    try:
        await until_gone(receive)
    finally:
        del room[name]


async def fail(scope, receive, send):
    await accept(receive, send)
    await fail_at_once(scope, receive, send)


async def fail_at_once(scope, receive, send):
    raise RuntimeError("as asked")


async def refuse(scope, receive, send):
    await send({"type": "websocket.close"})


async def leave(scope, receive, send):
    await accept(receive, send)


async def stubborn(scope, receive, send):
    """Takes no notice of a disconnect; only cancelling ends it."""
    await accept(receive, send)
    await asyncio.Event().wait()


PATHS = {
    "/echo": echo,
    "/subprotocol": subprotocol,
    "/close": close,
    "/farewell": farewell,
    "/flood": flood,
    "/overtake": overtake,
    "/deaf": deaf,
    "/undecided": undecided,
    "/member": member,
    "/fail": fail,
    "/fail-early": fail_at_once,
    "/refuse": refuse,
    "/leave": leave,
    "/stubborn": stubborn,
}
