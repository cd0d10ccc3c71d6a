"""One real server, as plain Daphne runs it: restarts, static files, and what the wire adds."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing
from urllib.parse import urljoin
from uuid import uuid4

import pytest

pytest.importorskip("websockets")

from websockets.exceptions import ConnectionClosed

from testing import processes
from testing.waiting import SECONDS
from tests.node_sockets import closed_with, visit

OPEN = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0}
RUNSERVER = ("manage.py", "runserver", "--noreload", "127.0.0.1:{port}")


@pytest.fixture(scope="module")
def daphne():
    """Shared by the tests that do not hurt it."""
    with processes.chat_node(**OPEN) as server:
        yield server


def get(node, path, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()


async def post_until_cut(node, acknowledged):
    """Say things one after the other for as long as the server lives."""
    async with visit(node) as socket:
        while True:
            text = str(uuid4())
            await socket.send(
                {"type": "message.post", "id": 1, "client_message_id": text, "body": text}
            )
            await socket.frame_of("ack")
            acknowledged.append(text)


async def test_acknowledged_messages_survive_the_servers_sudden_death():
    acknowledged = []
    with processes.chat_node(**OPEN) as node:
        async with visit(node) as hers:
            cursor = (hers.welcome["epoch"], hers.cursor)
        talking = [asyncio.create_task(post_until_cut(node, acknowledged)) for _ in range(25)]
        async with asyncio.timeout(30):
            while len(acknowledged) < 500:
                await asyncio.sleep(0.01)
        await asyncio.to_thread(node.kill)
        ends = await asyncio.gather(*talking, return_exceptions=True)
        assert all(isinstance(end, ConnectionClosed) for end in ends)
        await asyncio.to_thread(node.start)

        async with visit(node, cursor=cursor) as hers:
            assert not hers.welcome["reset"]
            seen = await hers.bodies(until=hers.welcome["head"])
            assert len(set(seen)) == len(seen)
            assert set(acknowledged) <= set(seen)
            assert len(seen) <= len(acknowledged) + 25, "at most one each was under way"

            last = {"client_message_id": acknowledged[-1], "body": acknowledged[-1]}
            await hers.command("message.post", **last)
        assert "Traceback" not in node.log_text()


async def test_a_node_serves_plain_text_and_the_protocol_side_by_side(daphne):
    async with visit(daphne, "/ws/attic") as hers, AsyncExitStack() as stack:
        from websockets.asyncio.client import connect

        his = await stack.enter_async_context(connect(f"{daphne.ws_url}/ws/attic/", proxy=None))
        assert his.subprotocol is None
        await his.send("  Hello ")
        async with asyncio.timeout(SECONDS):
            assert await his.recv() == "  Hello "
        assert await hers.bodies(until=1) == ["  Hello "]


async def test_close_codes_reach_the_client(daphne):
    assert await closed_with(daphne, "/ws/Attic") == 4504
    assert await closed_with(daphne, "/nowhere") == 4504
    assert await closed_with(daphne, origin="http://mallory.example") == 4503
    async with visit(daphne, origin=daphne.url):
        pass
    assert "Traceback" not in daphne.log_text()


async def test_a_giant_frame_is_refused_alone(daphne):
    async with visit(daphne, "/ws/giant") as hers, visit(daphne, "/ws/giant") as his:
        await hers.communicator.send_to("x" * 1024 * 1024)

        assert (await hers.frame_of("error"))["code"] == "too_large"
        await hers.post("Still here")
        assert await his.bodies(until=1) == ["Still here"]


def test_static_files_are_hashed_and_compressed(daphne):
    page = get(daphne, "/")[1].decode()
    paths = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    scripts = [path for path in paths if path.endswith(".js")]

    assert scripts
    for path in paths:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", path), path
        response, body = get(daphne, path)
        assert response.status == 200, path
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert not {"Content-Security-Policy", "Set-Cookie"} & set(response.headers.keys())
        packed, packed_body = get(daphne, path, **{"Accept-Encoding": "gzip"})
        if packed.headers["Content-Encoding"]:
            assert gzip.decompress(packed_body) == body
            assert len(packed_body) < len(body)
    assert (
        get(daphne, scripts[0], **{"Accept-Encoding": "br"})[0].headers["Content-Encoding"] == "br"
    )


def test_modules_import_each_other_by_their_hashed_names(daphne):
    page = get(daphne, "/")[1].decode()
    seen, waiting = set(), {re.search(r'src="(/static/.+?/main\.[^"/]+\.js)"', page)[1]}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        response, source = get(daphne, name)
        assert response.status == 200, name
        imported = re.findall(r"""(?:from |import\()"(\.[^"]+)\"""", source.decode())
        waiting |= {urljoin(name, path) for path in imported} - seen

    assert len(seen) > 10
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in seen)


def test_an_unknown_address_answers_with_the_chats_own_page(daphne):
    response, page = get(daphne, "/nowhere")

    assert response.status == 404
    assert "Page not found" in page.decode()


def test_two_processes_that_start_together_on_an_empty_folder_both_serve(tmp_path):
    def start(_):
        with processes.chat_node(DATA_DIR=tmp_path / "data") as server:
            response, _ = get(server, "/")
            return response.status, server.log_text()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(start, range(2)))

    assert [status for status, _ in results] == [200, 200]
    assert sum("Applying migrations" in log for _, log in results) == 1
    assert not any("Traceback" in log for _, log in results)


@pytest.mark.parametrize("command", [processes.DAPHNE, RUNSERVER], ids=["daphne", "runserver"])
async def test_daphne_and_runserver_end_by_themselves_while_people_are_connected(command):
    with processes.chat_node(command=command) as node:
        async with visit(node), visit(node):
            assert await asyncio.to_thread(node.terminate) == 0


async def test_behind_a_path_prefix_pages_static_files_and_sockets_are_found():
    with processes.chat_node(PATH_PREFIX="/chat", **OPEN) as node:
        response, page = await asyncio.to_thread(get, node, "/chat/")
        assert response.status == 200
        assert '"socket_url": "/chat/ws"' in page.decode()
        (style, *_) = re.findall(r'href="(/chat/static/[^"#]+\.css)"', page.decode())
        assert (await asyncio.to_thread(get, node, style))[0].status == 200
        assert re.search(r"chat_guest=.*Path=/chat", str(response.headers))

        async with visit(node, "/chat/ws") as hers, visit(node, "/chat/ws/lobby/") as his:
            await hers.post("Hello")
            assert await his.bodies(until=1) == ["Hello"]


async def test_behind_a_proxy_that_strips_the_prefix_they_are_found_too():
    with processes.chat_node(PATH_PREFIX="/chat", **OPEN) as node:
        response, page = await asyncio.to_thread(get, node, "/")
        assert response.status == 200
        (style, *_) = re.findall(r'href="(/chat/static/[^"#]+\.css)"', page.decode())
        stripped = style.removeprefix("/chat")
        assert (await asyncio.to_thread(get, node, stripped))[0].status == 200

        async with visit(node, "/ws") as hers:
            await hers.post("Hello")
