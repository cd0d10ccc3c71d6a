"""Who is muted or banned gets nothing into a room: by no way in, on no node."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from uuid import uuid4

from chat.protocol.errors import Banned, CloseCode, Muted
from tests.faults import hostile
from tests.faults.latency import answered
from tests.faults.moderator import Moderator
from tests.faults.raid import CLOSE
from tests.faults.scenario import world
from tests.faults.stores import read_log
from tests.server.raw_socket import frame

TOKEN = "x" * 32  # against cross-site requests: the cookie and the header are the same


async def test_the_muted_and_banned_are_refused_by_socket_plain_text_and_form(redis_program):
    async with world("banned", nodes=2, people=2, redis=True) as here:
        alice, mallory = here.people
        for person in here.people:
            person.send("Hello")
            await answered(person)
        (moderator,) = await here.invite(1, name="moderator", kind=Moderator)
        await moderator.claim(here.store)
        author_id = mallory.author_ids[-1]

        assert await outcomes(here, mallory, "free") == [("ack", "echoed", 200)] * 2
        muting = moderator.act("mute", author_id)
        await moderator.settled()
        await mallory.until(lambda: mallory.standing["is_muted"], 60)
        assert await outcomes(here, mallory, "muted") == [("muted", str(Muted.detail), 403)] * 2
        moderator.undo(muting)
        await moderator.settled()
        await mallory.until(lambda: not mallory.standing["is_muted"], 60)
        assert await outcomes(here, mallory, "free again") == [("ack", "echoed", 200)] * 2

        moderator.act("ban", author_id)
        await moderator.settled()
        await alice.until(lambda: alice.head >= 0 and not mallory.stayed, 60)
        assert mallory.closes()[-1] == CloseCode.BANNED
        closed = (CloseCode.BANNED, CloseCode.BANNED, 403)
        assert await outcomes(here, mallory, "banned") == [closed] * 2

        bodies = {row.body for row in (await asyncio.to_thread(read_log, here.store))["rows"]}
        allowed = {
            f"{when} {way} {node.port}"
            for when in ("free", "free again")
            for way in ("json", "plain", "form")
            for node in here.nodes
        }
        assert bodies == {"Hello", *allowed}


async def outcomes(here, person, when):
    """By node: what comes of a post by socket, as plain text, and by form."""
    return [
        (
            await post_json(node, person.cookie, f"{when} json {node.port}"),
            await post_plain(node, person.cookie, f"{when} plain {node.port}"),
            await asyncio.to_thread(post_form, node, person.cookie, f"{when} form {node.port}"),
        )
        for node in here.nodes
    ]


async def post_json(node, cookie, body):
    """`ack`, the code of the refusal, or the close code."""
    post = {"type": "message.post", "id": 1, "client_message_id": str(uuid4()), "body": body}
    async for opcode, payload in answers(node, cookie, json.dumps(post), "chat.v1"):
        if opcode == CLOSE:
            return int.from_bytes(payload[:2])
        reply = json.loads(payload)
        if reply.get("reply_to") == 1:
            return reply.get("code", reply["type"])
    return None


async def post_plain(node, cookie, body):
    """`echoed`, the refusal, or the close code."""
    async for opcode, payload in answers(node, cookie, body, "none"):
        if opcode == CLOSE:
            return int.from_bytes(payload[:2])
        if payload.startswith(b"error: "):
            return payload.decode().removeprefix("error: ")
        if payload.decode() == body:
            return "echoed"
    return None


async def answers(node, cookie, text, protocol):
    """The frames that follow a text, sent at the beginning of a connection."""
    plain = await hostile.dial(node)
    try:
        await hostile.enter(plain, protocol=protocol, cookie=cookie)
        reader, writer = await asyncio.open_connection(sock=plain)
        writer.write(frame(hostile.TEXT, text.encode()))
        async with asyncio.timeout(hostile.WITHIN):
            async for each in hostile.frames(reader):
                yield each
    finally:
        hostile.vanish(plain)


def post_form(node, cookie, body):
    """The status; a page that says nothing of a ban fails."""
    fields = urllib.parse.urlencode({"body": body, "client_message_id": str(uuid4())})
    headers = {
        "Cookie": f"{cookie}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Origin": node.url.rstrip("/"),
    }
    request = urllib.request.Request(f"{node.url}/r/lobby/say/", fields.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        page = error.read().decode()
        assert str(Banned.detail) in page or str(Muted.detail) in page, page[:2000]
        return error.code
