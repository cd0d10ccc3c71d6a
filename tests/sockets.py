"""A client that speaks the protocol, over the real ASGI application in this process."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from itertools import count, pairwise
from uuid import uuid4

from channels.testing import WebsocketCommunicator

from chatsite.asgi import application
from testing.waiting import SECONDS

ORIGIN = [(b"host", b"localhost"), (b"origin", b"http://localhost")]

MODERATION = {
    "room.rules": "rules",
    "you.changed": "standing",
    "moderation.changed": "waiting",
}


class Socket:
    """One `chat.v1` connection and what it has seen of its room."""

    def __init__(self, communicator):
        self.communicator = communicator
        self.welcome = None
        self.cursor = None
        self.start = None  # the seq before the first change seen
        self.messages = []
        self.sweeps = []
        self.rules = self.standing = self.waiting = None  # the newest frame of moderation
        self.other = []
        self.longest = 0  # bytes of the longest frame
        self._ids = count(1)

    async def frame(self):
        """The next frame of any kind; changes are also applied, and must follow on."""
        text = await self.communicator.receive_from(timeout=SECONDS)
        self.longest = max(self.longest, len(text.encode()))
        frame = json.loads(text)
        if frame["type"] == "welcome":
            self.welcome = frame
        elif frame["type"] == "room.changed":
            assert self.cursor in (None, frame["after"]), "a gap or a duplicate"
            changed = [frame["after"], *(each["changed_seq"] for each in frame["messages"])]
            assert all(a < b for a, b in pairwise(changed)), "not in order"
            assert changed[-1] <= frame["head"]
            self.start = frame["after"] if self.cursor is None else self.start
            self.cursor = frame["head"]
            self.messages += frame["messages"]
            self.sweeps += frame.get("sweeps", [])
        elif frame["type"] in MODERATION:
            setattr(self, MODERATION[frame["type"]], frame)
        return frame

    async def until(self, condition):
        """Read until `condition()` holds."""
        while not condition():
            await self.frame()

    async def arrive(self, cursor):
        """Read the welcome, and what leads from `cursor` to now."""
        await self.frame_of("welcome")
        if cursor is not None and not self.welcome["reset"]:
            self.cursor = self.start = cursor[1]
        else:
            await self.frame_of("room.changed")
        await self.bodies(until=self.welcome["head"])

    async def frame_of(self, *types):
        """The next frame of one of `types`; those before it go to `other`."""
        while (frame := await self.frame())["type"] not in types:
            self.other.append(frame)
        return frame

    async def send(self, frame):
        await self.communicator.send_to(json.dumps(frame))

    async def ask(self, kind, **fields):
        """Send a command and return its reply, an ack or an error."""
        number = next(self._ids)
        await self.send({"type": kind, "id": number, **fields})
        while (reply := await self.frame_of("ack", "error"))["reply_to"] != number:
            self.other.append(reply)
        return reply

    async def command(self, kind, **fields):
        """Send a command that is not refused."""
        reply = await self.ask(kind, **fields)
        assert reply["type"] == "ack", reply
        return reply

    async def refusal(self, kind, **fields):
        """Send a command that is refused; returns the error's code."""
        reply = await self.ask(kind, **fields)
        assert reply["type"] == "error", reply
        return reply["code"]

    def latest(self, seq):
        """The message at `seq`, as of its latest change that this client received."""
        return next(each for each in reversed(self.messages) if each["seq"] == seq)

    async def post(self, body, client_message_id=None):
        """Post a message; returns its seq."""
        fields = {"client_message_id": client_message_id or str(uuid4()), "body": body}
        return (await self.command("message.post", **fields))["seq"]

    async def bodies(self, until):
        """The texts of the messages that this client received, once it has received `until`."""
        while (self.cursor or 0) < until:
            await self.frame()
        return [message["body"] for message in self.messages]

    async def close_code(self):
        """The code with which the server ends the connection."""
        while (output := await self.communicator.receive_output(SECONDS))["type"] != (
            "websocket.close"
        ):
            pass
        return output["code"]


def handshake(path="/ws", *, subprotocols=("chat.v1",), headers=(), reads=None, **scope):
    """A connection that is not open yet. `reads` is an asyncio.Event: while it is not set, the
    client's end of the line is blocked, and what the server sends waits."""

    async def with_slow_reader(scope, receive, send):
        async def send_when_it_reads(message):
            if message["type"] == "websocket.send":
                await reads.wait()
            await send(message)

        await application(scope, receive, send_when_it_reads)

    communicator = WebsocketCommunicator(
        with_slow_reader if reads else application,
        path,
        subprotocols=list(subprotocols),
        headers=list(headers),
    )
    communicator.scope.update(scope)
    return communicator


@asynccontextmanager
async def enter(slug="lobby", *, cursor=None, cookie=None, **scope):
    """Be in a room with `chat.v1`, welcomed and up to date."""
    path = "/ws" if slug == "lobby" else f"/ws/{slug}"
    if cursor is not None:
        path += "?epoch={}&since={}".format(*cursor)
    if cookie is not None:
        scope["headers"] = [*ORIGIN, (b"cookie", f"chat_guest={cookie}".encode())]
    communicator = handshake(path, **scope)
    accepted, subprotocol = await communicator.connect(timeout=SECONDS)
    assert (accepted, subprotocol) == (True, "chat.v1")
    socket = Socket(communicator)
    try:
        await socket.arrive(cursor)
        yield socket
    finally:
        await communicator.disconnect(timeout=SECONDS)


@asynccontextmanager
async def plain(path="/ws", **scope):
    """Be in a room with plain text; yields the communicator."""
    communicator = handshake(path, subprotocols=(), **scope)
    accepted, subprotocol = await communicator.connect(timeout=SECONDS)
    assert (accepted, subprotocol) == (True, None)
    try:
        yield communicator
    finally:
        await communicator.disconnect(timeout=SECONDS)


async def refused_with(communicator):
    """The code with which a connection is closed before any frame."""
    accepted, _ = await communicator.connect(timeout=SECONDS)
    assert accepted, "a browser would see 1006, and not know why"
    refusal = await communicator.receive_output(SECONDS)
    assert refusal["type"] == "websocket.close"
    await communicator.disconnect(timeout=SECONDS)
    return refusal["code"]
