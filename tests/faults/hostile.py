"""Hostile or broken clients, over plain sockets."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from chat.protocol.errors import CloseCode
from tests.server.raw_socket import frame

FLOODING = CloseCode.FLOODING
TEXT, PING = 0x1, 0x9
HEAD = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: {protocol}\r\n"
)
RST_ON_CLOSE = struct.pack("ii", 1, 0)
THROWN_OUT = struct.pack("!BBH", 0x88, 2 + len(FLOODING.meaning), FLOODING)  # a close frame
POLICY_VIOLATION = struct.pack("!H", 1008) + b"too many"  # in a close frame
WITHIN = 20  # seconds
ADDRESS = "127.0.0.2"  # of hostile clients; people have another one, with separate limits


def handshake_bytes(path="/ws", protocol="chat.v1", cookie=None):
    fields = f"Cookie: {cookie}\r\nOrigin: http://127.0.0.1\r\n" if cookie else ""  # a browser
    return (HEAD.format(path=path, protocol=protocol) + fields + "\r\n").encode()


async def dial(node, *, receive_buffer=None, address=ADDRESS):
    """A plain, non-blocking connection; a small `receive_buffer` is full immediately."""
    plain = socket.socket()
    plain.bind((address, 0))
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.setblocking(False)
    async with asyncio.timeout(WITHIN):
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", node.port))
    return plain


async def enter(plain, *, path="/ws", protocol="chat.v1", cookie=None):
    """Shake hands, without reading a byte beyond the response."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(WITHIN):
        await loop.sock_sendall(plain, handshake_bytes(path, protocol, cookie))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = await loop.sock_recv(plain, 1)
            assert byte, f"closed after {answer!r}"
            answer += byte
    assert answer.startswith(b"HTTP/1.1 101 "), answer


async def frames(reader):
    """(opcode, payload) of each frame of the server, until the connection ends."""
    while True:
        first, length = await reader.readexactly(2)
        if length >= 126:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8))
        yield first & 0xF, await reader.readexactly(length)


async def send(plain, command):
    """One text frame of `chat.v1`."""
    payload = frame(TEXT, json.dumps(command).encode())
    await asyncio.get_running_loop().sock_sendall(plain, payload)


async def stop_reading(node):
    """A client in the room that never reads a byte."""
    plain = await dial(node, receive_buffer=4096)
    await enter(plain)
    return plain


async def begin_message(node, size):
    """A socket that sent `size` bytes of a message that never ends; the server may close it."""
    loop = asyncio.get_running_loop()
    plain = await dial(node)
    await enter(plain, path="/ws/unfinished", protocol="none")  # plain text: we get no frames
    async with asyncio.timeout(WITHIN):
        await loop.sock_sendall(plain, frame(TEXT, bytes(size), final=False) + frame(PING))
        await loop.sock_recv(
            plain, 1
        )  # the pong or the close frame: the server has read everything
    return plain


async def repeat(node, frames, closed):
    """Send `frames` as fast as the socket accepts them, even after a close frame; return when the
    connection is gone. `closed` gets the time of each close frame with 1008."""
    while True:
        with suppress(OSError):
            plain = await dial(node)
            await enter(plain, path="/ws/repeat", protocol="none")
            reader, writer = await asyncio.open_connection(sock=plain)
            sending = asyncio.create_task(write_on(writer, frames))
            try:
                while data := await reader.read(1 << 16):
                    if POLICY_VIOLATION in data:
                        closed.append(time.monotonic())
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                writer.transport.abort()
        await asyncio.sleep(0.2)


async def write_on(writer, frames):
    while True:
        writer.write(frames)
        await writer.drain()
        await asyncio.sleep(0)  # `drain` does not yield while the kernel accepts everything


def vanish(plain):
    """Disappear: the server gets a RST."""
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
    plain.close()


async def visit(node, path, seconds):
    """Enter a room and disconnect after a time."""
    plain = await dial(node)
    try:
        await enter(plain, path=path)
        await asyncio.sleep(seconds)
    except (OSError, AssertionError):
        pass  # disconnected by the server first
    finally:
        vanish(plain)


async def come_and_vanish(node, manner):
    """One visit that ends in one of four places."""
    loop = asyncio.get_running_loop()
    plain = await dial(node)
    try:
        if manner == "before the handshake is whole":
            await loop.sock_sendall(plain, handshake_bytes()[:-20])
        elif manner == "before the answer":
            await loop.sock_sendall(plain, handshake_bytes())
        elif manner == "in a frame":
            await enter(plain)
            await loop.sock_sendall(plain, frame(TEXT, b'{"type":"typing.start","id":1}')[:-3])
        else:
            await enter(plain)
            async with asyncio.timeout(WITHIN):
                await loop.sock_recv(plain, 100)
    except (OSError, AssertionError):
        pass  # disconnected by the server first
    finally:
        vanish(plain)


MANNERS = (
    "before the handshake is whole",
    "before the answer",
    "in a frame",
    "once welcomed",
)


class Flooder:
    """Sends as much as the socket accepts and ignores replies; reconnects when disconnected."""

    BODY = "flood"

    def __init__(self, name):
        self.name = name
        self.sent = self.refused = self.thrown_out = 0
        self._ids = [str(uuid4()) for _ in range(100)]
        self.histories = []  # one for each connection, which is a new guest each time
        self._flood = b"".join(frame(TEXT, json.dumps(command).encode()) for command in (
            {"type": "message.post", "id": 1, "client_message_id": message_id, "body": self.BODY}
            for message_id in self._ids
        ))  # fmt: skip

    async def run(self, node):
        while True:
            with suppress(OSError):
                plain = await dial(node)
                await enter(plain)
                reader, writer = await asyncio.open_connection(sock=plain)
                welcomed = asyncio.Event()
                await asyncio.gather(
                    self.send(writer, welcomed), self.count(reader, writer, welcomed)
                )
            await asyncio.sleep(0.2)

    async def send(self, writer, welcomed):
        await welcomed.wait()  # until then the author's id is not known
        while not writer.is_closing():
            writer.write(self._flood)
            self.sent += len(self._ids)
            await writer.drain()
            await asyncio.sleep(0)  # `drain` does not yield while the kernel accepts everything

    async def count(self, reader, writer, welcomed):
        """Count the refusals, and remember our author_id."""
        received = b""
        while data := await reader.read(1 << 16):
            received = received[-50:] + data if welcomed.is_set() else received + data
            found = re.search(rb'"you":{"author_id":"(\w+)"', received)
            if found and not welcomed.is_set():
                welcomed.set()
                self.remember(found[1].decode())
            self.refused += data.count(b'"too_fast"')
            if THROWN_OUT in data:
                self.thrown_out += 1
                break
        writer.transport.abort()
        welcomed.set()

    def remember(self, author_id):
        sent = [
            {"at": 0, "what": "invoke", "id": message_id, "body": self.BODY}
            for message_id in self._ids
        ]
        known = {"name": self.name, "author_ids": [author_id], "stayed": False}
        self.histories.append(known | {"events": sent})


def resident(pid):
    """Bytes of memory that a process holds."""
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
