"""A TCP proxy that misbehaves on demand: the network between a client and a server.

latency   seconds that each piece takes, in both directions
slice     bytes at most that arrive together
swallow   silently take what is sent and pass on nothing: a connection that is half open
refuse    new connections are reset
cut()     close every connection with a FIN
reset()   close every connection with a RST
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress

AT_ONCE = 64 * 1024  # bytes
RST_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class Proxy:
    def __init__(self, port):
        """`port` is the server's, on loopback."""
        self.target = port
        self.port = None  # ours
        self.latency = 0.0
        self.slice = None
        self.swallow = self.refuse = False
        self.swallowed = 0  # bytes
        self._writers = set()
        self._handlers = set()

    @property
    def ws_url(self):
        return f"ws://127.0.0.1:{self.port}"

    @property
    def connections(self):
        return len(self._handlers)

    def cut(self):
        for writer in list(self._writers):
            writer.close()

    def reset(self):
        for writer in list(self._writers):
            reset(writer)

    async def handle(self, reader, writer):
        if self.refuse:
            reset(writer)
            return
        task = asyncio.current_task()
        self._handlers.add(task)
        ends = [writer]
        self._writers.add(writer)
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
            ends.append(server_writer)
            self._writers.add(server_writer)
            await asyncio.gather(
                self.carry(reader, server_writer), self.carry(server_reader, writer)
            )
        except OSError:
            pass  # when one end is gone, so is the other
        finally:
            self._handlers.discard(task)
            for end in ends:
                self._writers.discard(end)
                end.close()

    async def carry(self, reader, writer):
        lost = False  # once swallowing, for good: the bytes in between are missing
        while data := await reader.read(AT_ONCE):
            size = self.slice or len(data)
            for start in range(0, len(data), size):
                if self.latency:
                    await asyncio.sleep(self.latency)
                lost = lost or self.swallow
                if lost:
                    self.swallowed += len(data) - start
                    break
                writer.write(data[start : start + size])
                await writer.drain()
                if self.slice:
                    await asyncio.sleep(0)  # otherwise the kernel joins the pieces again
        with suppress(OSError):
            if not lost:
                writer.write_eof()


def reset(writer):
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    writer.transport.abort()


@asynccontextmanager
async def proxy_to(port):
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        handlers = list(proxy._handlers)
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
