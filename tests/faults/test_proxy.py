"""The proxy misbehaves as a test requests, and not otherwise."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import proxy_to

WITHIN = 10  # seconds


@asynccontextmanager
async def echo_through_proxy():
    """A proxy before a server that sends back what it gets; and a connection through it."""

    async def echo(reader, writer):
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, proxy_to(server.sockets[0].getsockname()[1]) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        async with asyncio.timeout(WITHIN):
            yield proxy, reader, writer
        writer.close()


async def test_the_proxy_forwards_both_ways():
    async with echo_through_proxy() as (_, reader, writer):
        writer.write(b"x" * 1_000_000)

        assert await reader.readexactly(1_000_000) == b"x" * 1_000_000


async def test_latency_delays_each_direction():
    async with echo_through_proxy() as (proxy, reader, writer):
        proxy.latency = 0.1
        began_at = time.monotonic()
        writer.write(b"slow")

        assert await reader.readexactly(4) == b"slow"
        assert time.monotonic() - began_at >= 0.2


async def test_sliced_bytes_arrive_in_small_pieces_and_whole():
    async with echo_through_proxy() as (proxy, reader, writer):
        proxy.slice = 1
        writer.write(b"in pieces")

        assert len(await reader.read(100)) < 9
        writer.write(b"!")
        assert (await reader.readuntil(b"!")).endswith(b"pieces!")


async def test_a_half_open_connection_drops_bytes_and_stays_open():
    async with echo_through_proxy() as (proxy, reader, writer):
        proxy.swallow = True
        writer.write(b"anyone?")

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
        assert proxy.swallowed == 7
        assert not reader.at_eof()


async def test_a_cut_closes_the_connection_normally():
    async with echo_through_proxy() as (proxy, reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        proxy.cut()

        assert await reader.read() == b""


async def test_a_reset_is_an_error():
    async with echo_through_proxy() as (proxy, reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        proxy.reset()

        with pytest.raises(ConnectionResetError):
            await reader.read()


async def test_a_refused_connection_is_reset():
    async with echo_through_proxy() as (proxy, _, _):
        proxy.refuse = True
        with pytest.raises(ConnectionResetError):
            reader, _ = await asyncio.open_connection("127.0.0.1", proxy.port)
            await reader.read()
