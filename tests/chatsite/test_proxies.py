"""The client address and scheme come from trusted proxies only, over real sockets too."""

from __future__ import annotations

import http.client
from contextlib import AsyncExitStack, ExitStack, closing

import pytest

from chat.access.guests import COOKIE, HOST_COOKIE
from chatsite.proxies import BehindProxies, TrustedProxies

pytest.importorskip("websockets")

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import unix_connect

from testing import processes
from testing.waiting import SECONDS
from tests.node_sockets import closed_with, visit

SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")
SITE = "https://chat.example.org"
HOST = "chat.example.org"
ALICE, BOB = "192.0.2.1", "198.51.100.2"
TOO_MANY = 4030


async def seen(trusted, peer, *forwarded, proto=None, kind="http"):
    """The client's address and the scheme that the application sees."""
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)

    headers = [(b"x-forwarded-for", each.encode("latin1")) for each in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": kind, "headers": headers, "client": [peer, 4711] if peer else None}
    await BehindProxies(application, TrustedProxies(trusted))(scope, None, None)
    client = scopes[0]["client"]
    return client and client[0], scopes[0].get("scheme")


OURS = ["10.0.0.0/8", "127.0.0.1", "2001:db8:1::/48"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [ALICE], ALICE),
        ("127.0.0.1", [f"6.6.6.6, {ALICE}"], ALICE),
        ("127.0.0.1", [f"6.6.6.6, {ALICE}, 10.1.2.3"], ALICE),
        ("127.0.0.1", ["6.6.6.6", f"{ALICE} ,10.1.2.3"], ALICE),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", [f"{ALICE}, unknown"], "127.0.0.1"),
        ("127.0.0.1", [f"{ALICE}, nonsense, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [f"{ALICE}:5678"], ALICE),
        ("127.0.0.1", ['"[2001:db8::7]:443"'], "2001:db8::7"),
        ("127.0.0.1", ["2001:db8::7, 2001:db8:1::5"], "2001:db8::7"),
        ("127.0.0.1", [f"::ffff:{ALICE}"], ALICE),
        ("::ffff:127.0.0.1", [ALICE], ALICE),
        ("127.0.0.1", [" , ,"], "127.0.0.1"),
        ("127.0.0.1", ["\xe9"], "127.0.0.1"),
        (BOB, [ALICE], BOB),
        (BOB, [f"{ALICE}, 127.0.0.1"], BOB),
        ("::ffff:198.51.100.2", [ALICE], BOB),
        (None, [ALICE], None),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_an_address_is_taken_from_the_right_past_trusted_proxies(
    peer, forwarded, address, kind
):
    assert (await seen(OURS, peer, *forwarded, kind=kind))[0] == address


async def test_a_unix_socket_is_trusted_by_its_name():
    assert await seen(["unix"], None, ALICE, proto="https") == (ALICE, "https")
    assert await seen(["127.0.0.1"], None, ALICE, proto="https") == (None, None)


@pytest.mark.parametrize(
    ("proto", "schemes"),
    [
        ("https", ("https", "wss")),
        ("HTTPS", ("https", "wss")),
        ("wss", ("https", "wss")),
        ("http", ("http", "ws")),
        ("http, https", ("https", "wss")),
        ("https, http", ("http", "ws")),
        ("gopher", ("http", "ws")),
        (None, ("http", "ws")),
    ],
)
async def test_the_scheme_is_the_one_that_the_nearest_proxy_sends(proto, schemes):
    for kind, scheme in zip(("http", "websocket"), schemes, strict=True):
        assert (await seen(OURS, "127.0.0.1", ALICE, proto=proto, kind=kind))[1] == scheme
        assert (await seen(OURS, BOB, ALICE, proto=proto, kind=kind))[1] is None


@pytest.mark.parametrize("entry", ["proxy.example", "10.0.0.0/99", "127.0.0.1:80"])
def test_an_invalid_network_is_named_in_the_error(entry):
    with pytest.raises(ValueError, match=entry):
        TrustedProxies(["127.0.0.1", entry])


# Over TCP, where this test is the server's only peer: a proxy, or a stranger


@pytest.fixture(scope="module")
def behind_proxy():
    """Believes 127.0.0.1, as every server with an https PUBLIC_URL does."""
    with processes.chat_node(command=SERVE, PUBLIC_URL=SITE, SOCKETS_PER_ADDRESS=1) as node:
        yield node


@pytest.fixture(scope="module")
def plain_daphne():
    """Believes a proxy elsewhere, which we are not."""
    trusted = "10.0.0.0/8"
    with processes.chat_node(TRUSTED_PROXIES=trusted, SOCKETS_PER_ADDRESS=1) as node:
        yield node


def from_proxy(forwarded_for, **headers):
    return {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": "https"} | headers


async def test_a_forged_address_from_a_stranger_changes_nothing(plain_daphne):
    async with visit(plain_daphne, additional_headers=from_proxy(ALICE)):
        second = await closed_with(plain_daphne, additional_headers=from_proxy(BOB))

    assert second == TOO_MANY


async def test_clients_behind_one_proxy_are_distinguished_whatever_they_forge(behind_proxy):
    async with AsyncExitStack() as sockets:
        for address in (ALICE, BOB, "2001:db8::1", "2001:db8:0:1::1"):
            headers = from_proxy(address)
            await sockets.enter_async_context(visit(behind_proxy, additional_headers=headers))

        for forwarded in (f"6.6.6.6, {ALICE}", f"127.0.0.1, {BOB}", "2001:db8::ffff"):
            headers = from_proxy(forwarded)
            assert await closed_with(behind_proxy, additional_headers=headers) == TOO_MANY


def ask(node, method, path, body=None, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read()


def test_over_https_cookies_are_secure_and_hsts_is_sent(behind_proxy):
    page, _ = ask(behind_proxy, "GET", "/", Host=HOST, **from_proxy(ALICE))

    cookies = page.headers.get_all("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {COOKIE, HOST_COOKIE, "csrftoken"}
    assert all("; Secure" in cookie for cookie in cookies)
    assert page.headers["Strict-Transport-Security"] == "max-age=2592000"


def test_a_stranger_cannot_make_http_look_like_https(plain_daphne):
    page, _ = ask(plain_daphne, "GET", "/", **from_proxy(ALICE, Forwarded="proto=https"))

    assert page.status == 200
    assert not any("; Secure" in cookie for cookie in page.headers.get_all("Set-Cookie"))
    assert "Strict-Transport-Security" not in page.headers


def test_behind_a_proxy_that_keeps_the_host_forms_need_no_other_setting(behind_proxy):
    def rename(origin):
        page, _ = ask(behind_proxy, "GET", "/", Host=HOST, **from_proxy(ALICE))
        cookies = [cookie.partition(";")[0] for cookie in page.headers.get_all("Set-Cookie")]
        token = next(each for each in cookies if each.startswith("csrftoken=")).partition("=")[2]
        headers = {
            "Host": HOST,
            "Origin": origin,
            "Cookie": "; ".join(cookies),
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return ask(behind_proxy, "POST", "/name/", "name=Alice", **from_proxy(ALICE, **headers))

    renamed, answer = rename(SITE)
    forged, _ = rename("https://mallory.example")

    assert (renamed.status, answer) == (200, b'{"name": "Alice"}')
    assert forged.status == 403


def test_a_client_cannot_choose_the_path_prefix(behind_proxy):
    _, page = ask(behind_proxy, "GET", "/", **{"Daphne-Root-Path": "/mallory"})

    assert b"lobby" in page
    assert b"/mallory" not in page


def test_clients_behind_a_trusted_unix_socket_are_distinguished(tmp_path):
    path = tmp_path / "chat.sock"
    command = (*SERVE, "--bind", "127.0.0.1", "--unix-socket", str(path))
    with (
        processes.chat_node(command=command, TRUSTED_PROXIES="unix", SOCKETS_PER_ADDRESS=1),
        ExitStack() as sockets,
    ):

        def came_in(address):
            uri, headers = "ws://localhost/ws", from_proxy(address)
            connecting = unix_connect(
                str(path), uri, subprotocols=["chat.v1"], additional_headers=headers
            )
            connection = sockets.enter_context(connecting)
            try:
                return "welcome" in connection.recv(timeout=SECONDS)
            except ConnectionClosed as closed:
                return closed.rcvd.code

        assert [came_in(address) for address in (ALICE, BOB, ALICE)] == [True, True, TOO_MANY]
