"""Cookies with a backslash count as absent, in pages and in sockets; the others still work."""

from __future__ import annotations

import http.client
from contextlib import closing
from http.cookies import SimpleCookie

import pytest

pytest.importorskip("websockets")

from chatsite.cookies import SafeCookies
from testing import processes
from testing.waiting import SECONDS
from tests.node_sockets import visit

SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")


@pytest.fixture(scope="module")
def served():
    with processes.chat_node(command=SERVE) as node:
        yield node


def guest_of_page(node, cookie=""):
    """The cookie that the page gives to a visitor who comes with `cookie`."""
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as connection:
        connection.request("GET", "/", headers={"Cookie": cookie})
        response = connection.getresponse()
        assert response.status == 200
        given = SimpleCookie()
        for line in response.headers.get_all("Set-Cookie"):
            given.load(line)
        return given["chat_guest"].value


async def guest_of_socket(node, cookie):
    headers = {"Cookie": cookie}
    async with visit(node, origin=node.url, additional_headers=headers) as socket:
        return socket.welcome["you"]["author_id"]


def escaped(value):
    """As a quoted string, which a parser would decode to `value`."""
    return f'"\\{ord(value[0]):03o}{value[1:]}"'


def key_of(guest):
    return guest.split(":")[0]


async def test_a_cookie_with_a_backslash_is_dropped_and_the_others_are_not(served):
    guest = guest_of_page(served)
    author_id = await guest_of_socket(served, f"chat_guest={guest}")
    among_others = f'one="a\\"b"; chat_guest={guest}; two="\\\\"'

    assert key_of(guest_of_page(served, among_others)) == key_of(guest)
    assert await guest_of_socket(served, among_others) == author_id
    assert key_of(guest_of_page(served, f"chat_guest={escaped(guest)}")) != key_of(guest)
    assert await guest_of_socket(served, f"chat_guest={escaped(guest)}") != author_id


async def test_a_request_without_backslashes_is_not_changed():
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)

    scope = {"type": "http", "headers": [(b"cookie", b'a="b"; c=d'), (b"x-path", b"\\")]}
    await SafeCookies(application)(scope, None, None)
    await SafeCookies(application)({"type": "lifespan"}, None, None)

    assert scopes[0] is scope
    assert scopes[1] == {"type": "lifespan"}
