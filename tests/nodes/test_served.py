"""The chat under `manage.py serve`: what that server adds to the chat's own behaviour."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest.importorskip("websockets")

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chat.protocol.errors import CloseCode
from chat.protocol.frames import MAX_FRAME_IN, MAX_FRAME_OUT
from testing import processes
from testing.waiting import SECONDS
from tests.node_sockets import visit

SERVE = ("manage.py", "serve", "-b", "127.0.0.1", "-p", "{port}")
OPEN = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0}
LONG_BODY = "\N{GRINNING FACE}" * 4000  # 16 kB, the longest there is


@pytest.fixture(scope="module")
def node():
    """Shared by tests that each use rooms of their own."""
    with processes.chat_node(command=SERVE, **OPEN) as server:
        yield server


async def end_of(connection):
    """The close code and reason that the server sends."""
    with pytest.raises(ConnectionClosed) as closed:
        async with asyncio.timeout(SECONDS):
            while True:
                await connection.recv()
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def test_a_frame_may_be_as_long_as_the_limit_and_no_longer(node):
    command = json.dumps({"type": "typing.start", "id": 1})
    async with visit(node, "/ws/long-frames") as hers:
        await hers.communicator.send_to(command.ljust(MAX_FRAME_IN))
        assert (await hers.frame_of("ack"))["reply_to"] == 1

        await hers.communicator.send_to(command.ljust(MAX_FRAME_IN + 1))
        code, reason = await end_of(hers.communicator.connection)

    assert code == 1009
    assert str(MAX_FRAME_IN) in reason


async def test_a_plain_text_that_is_too_long_for_a_message_is_refused_in_words(node):
    async with connect(f"{node.ws_url}/ws/long-texts", proxy=None) as plain:
        await plain.send("x" * MAX_FRAME_IN)

        async with asyncio.timeout(SECONDS):
            assert "4000" in await plain.recv()


async def test_a_binary_frame_is_refused_as_such(node):
    refusal = "Binary frames are not supported. Send text."
    async with connect(f"{node.ws_url}/ws/binary", proxy=None) as plain:
        await plain.send(b"hello")
        async with asyncio.timeout(SECONDS):
            assert await plain.recv() == f"error: {refusal}"
    async with visit(node, "/ws/binary") as hers:
        for payload in (b"hello", b""):
            await hers.communicator.send_to(payload)
            error = await hers.frame_of("error")
            assert (error["code"], error["detail"]) == ("bad_frame", refusal)


@pytest.mark.parametrize(
    ("path", "origin", "code"),
    [
        ("/ws", "null", CloseCode.BAD_ORIGIN),
        ("/ws", "https://elsewhere.example", CloseCode.BAD_ORIGIN),
        ("/ws/No_Room", None, CloseCode.BAD_ROOM),
    ],
)
async def test_a_close_code_comes_with_its_meaning_as_the_reason(node, path, origin, code):
    async with connect(f"{node.ws_url}{path}", origin=origin, proxy=None) as connection:
        assert await end_of(connection) == (code, code.meaning)


async def test_a_page_of_history_may_be_longer_than_what_a_client_may_send(node):
    async with visit(node, "/ws/long-history") as hers:
        for _ in range(20):
            last = await hers.post(LONG_BODY)
        hers.longest = 0

        ack = await hers.command("history.fetch", before=last, limit=100)

        assert ack["messages"]
        assert MAX_FRAME_IN < hers.longest <= MAX_FRAME_OUT
