"""A page that the previous release served stays open while the server is upgraded."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("websockets")

from testing import previous_release, processes
from testing.person import Person
from tests.conftest import missing
from tests.faults.scenario import new_cookie
from tests.node_sockets import visit


@pytest.fixture
def elsewhere():
    """Runs a coroutine in another thread: the browser occupies the event loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda coroutine: pool.submit(asyncio.run, coroutine).result()


def test_it_shows_changes_by_its_own_means_and_posts(tmp_path, new_context, elsewhere):
    if not previous_release.is_here():
        missing(f"release {previous_release.VERSION}", "clone with all of the history")
    settings = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SECRET_KEY": "x" * 50}
    settings |= {"DATA_DIR": tmp_path / "data", "MIGRATE_AT_START": 1}

    with previous_release.node(**settings) as old:
        page = Person(new_context(base_url=old.url).new_page()).opens("/")
        cookie = new_cookie(old.url)
        elsewhere(post(old, cookie, "Helo", "My password is hunter2"))
        page.sees_exactly(["Helo", "My password is hunter2"])
        page.sends_and_waits("From the old page")
        old.terminate()
        page.sends("Meanwhile")

        with serving_at(old.port, settings) as new:
            page.connects()
            page.sees_exactly(["Helo", "My password is hunter2", "From the old page", "Meanwhile"])
            elsewhere(change(new, cookie))

            page.sees_exactly(["Hello", "", "From the old page", "Meanwhile"])
            page.sends_and_waits("Still here")
            new.kill()
            page.loses_the_connection()
            new.start()
            page.connects()
            page.sees_exactly(["Hello", "", "From the old page", "Meanwhile", "Still here"])


def serving_at(port, settings):
    """This release, at the port of the one before it."""
    command = "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "chatsite.asgi:application"

    def make(folder):
        node = processes.Node(folder, command, settings)
        node.port = port
        node.url, node.ws_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
        return node

    return processes.serving(make)


def as_guest(node, cookie):
    return visit(node, additional_headers={"Cookie": cookie}, origin=node.url)


async def post(node, cookie, *bodies):
    async with as_guest(node, cookie) as hers:
        for body in bodies:
            await hers.post(body)


async def change(node, cookie):
    async with as_guest(node, cookie) as hers:
        await hers.command("message.edit", seq=1, body="Hello")
        await hers.command("message.delete", seq=2)
