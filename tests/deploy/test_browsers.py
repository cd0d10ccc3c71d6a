"""Two people with Chromium, through TLS, on different nodes: behind Caddy, and behind nginx."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from chat.access.guests import HOST_COOKIE
from testing import processes
from testing.proxies import Caddy, Nginx
from tests.deploy.stack import three_nodes

pytest.importorskip("playwright")
from playwright.sync_api import expect

from testing.person import Person

pytestmark = pytest.mark.usefixtures("caddy_program", "nginx_program")


@pytest.fixture(scope="module")
def nodes(postgres_server, redis_server):
    with three_nodes(postgres_server, redis_server) as started:
        yield started
        print(*(node.log_text() for node in started))


@pytest.fixture(params=[Caddy, Nginx])
def proxy(request, nodes):
    with processes.serving(partial(request.param, nodes=[node.port for node in nodes])) as server:
        yield server
        print(server.log_text())


@pytest.fixture
def room():
    return f"/r/{uuid4().hex[:12]}/"


@pytest.fixture
def enter(new_context, proxy, room):
    """A person opens the room; the proxy's certificate is not public."""

    def enter():
        context = new_context(base_url=proxy.url, ignore_https_errors=True)
        return Person(context.new_page()).opens(room)

    return enter


def test_two_people_on_different_nodes_talk_through_tls(enter, nodes, proxy, room):
    alice, bob = enter(), enter()
    socket = f"WSCONNECT /ws/{room.split('/')[2]}"
    for _ in range(5):  # they get the least busy node, which also depends on what pages are loading
        if (apart := sum(socket in node.log_text() for node in nodes)) == 2:
            break
        bob.reloads()
    assert apart == 2

    alice.sends_and_waits("Is anybody there?")
    bob.sees("Is anybody there?")
    bob.sends_and_waits("On the other side!")
    alice.sees("On the other side!")

    with alice.page.expect_response("**/name/") as remembered:
        alice.renames("Ada L.")
    assert remembered.value.ok, "a form is known to come from the page, behind TLS too"
    expect(bob.page.locator(".person", has_text="Ada L.")).to_be_visible()
    kept = alice.page.context.cookies()
    assert {cookie["secure"] for cookie in kept} == {True}
    assert HOST_COOKIE in {cookie["name"] for cookie in kept}, "the browser takes the prefix"

    proxy.stop()
    alice.loses_the_connection()
    alice.sends("Said while the proxy was away")
    proxy.start()
    bob.sees("Said while the proxy was away")

    for node in nodes:
        assert node.terminate() == 0
        node.start()
    alice.connects().sends_and_waits("All of them are new")
    bob.sees_exactly(
        [
            "Is anybody there?",
            "On the other side!",
            "Said while the proxy was away",
            "All of them are new",
        ]
    )
