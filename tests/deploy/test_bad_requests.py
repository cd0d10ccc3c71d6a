"""A client that sends incomplete or invalid requests does not affect other clients."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from functools import partial

import pytest

from testing import processes
from testing.proxies import BEHIND, DOMAIN, Caddy, Nginx
from tests.faults.scenario import SERVE

pytestmark = pytest.mark.usefixtures("caddy_program", "nginx_program")
WITHIN = 60  # seconds
HOST = f"Host: {DOMAIN}\r\n".encode()
POST = b"POST /name/ HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BAD = {
    "a head that is broken off": (POST, None),
    "a body that is broken off": (POST + b"Content-Length: 1000\r\n\r\nname=", None),
    "chunks that are broken off": (CHUNKED + b"5\r\nname=\r\n", None),
    "a chunk that is none": (CHUNKED + b"5\r\nname=\r\nnonsense\r\n", None),
    "too many chunks": (CHUNKED + b"10000\r\n%b\r\n" % (b"x" * 0x10000) * 20, None),
    "an over-long header": (POST + b"X-Long: %b\r\n\r\n" % (b"x" * 17_000), {b"400", b"431"}),
    "over-long headers": (
        POST + b"X-Long: %b\r\n" % (b"x" * 7_900) * 3 + b"\r\n",
        {b"400", b"431"},
    ),
}


@pytest.fixture(scope="module")
def nodes():
    with (
        processes.chat_node(command=SERVE, **BEHIND) as one,
        processes.chat_node(command=SERVE, **BEHIND) as other,
    ):
        yield [one.port, other.port]
        print(one.log_text(), other.log_text())


@pytest.fixture(scope="module", params=[Caddy, Nginx])
def proxy(request, nodes):
    with processes.serving(partial(request.param, nodes=nodes)) as proxy:
        yield proxy


@contextmanager
def connected(proxy):
    raw = socket.create_connection(("127.0.0.1", proxy.port), WITHIN)
    with raw, proxy.ssl.wrap_socket(raw, server_hostname=DOMAIN) as plain:
        yield plain


def first_of(plain):
    """The first bytes of a response, or none if the connection ends first."""
    with suppress(OSError):
        return plain.recv(4096)
    return b""


def status_of(proxy, method):
    with connected(proxy) as plain:
        plain.sendall(method + b" /name/ HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n")
        return plain.recv(4096).split(b" ")[1]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_changes_nothing_for_others(proxy, name):
    methods = b"POST", b"HEAD", b"GET"
    before = [status_of(proxy, method) for method in methods]
    request, refusals = BAD[name]

    for _ in range(4):  # twice for each process
        with connected(proxy) as plain:
            with suppress(OSError):  # refused before all of it is sent
                plain.sendall(request)
                if not refusals:
                    socket.socket.shutdown(plain, socket.SHUT_WR)
            answer = first_of(plain)
            assert not refusals or answer.split(b" ")[1] in refusals

    for _ in range(5):
        assert [status_of(proxy, method) for method in methods] == before
    assert not {b"502", b"503", b"504"} & set(before)
