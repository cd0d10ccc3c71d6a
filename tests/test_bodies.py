"""Long requests are refused before anything is kept of them."""

from __future__ import annotations

import http.client
import socket
from contextlib import closing

import pytest

from tests import processes
from tests.posts import SECONDS

SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")


@pytest.fixture(scope="module")
def served():
    with processes.chat_node(command=SERVE) as node:
        yield node


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_giant_request_is_refused_before_it_is_sent(served, expect):
    with socket.create_connection(("127.0.0.1", served.port), SECONDS) as connection:
        lines = b"POST /name/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n"
        connection.sendall(lines + expect + b"\r\n" + b"x" * 1000)
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_request_in_chunks_is_refused_once_it_is_too_long(served):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", served.port), SECONDS) as connection:
        lines = b"POST /name/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(lines + 3 * chunk)
        answer = connection.recv(4096)

        with pytest.raises(ConnectionError):  # who goes on all the same is cut off
            for _ in range(1000):
                connection.sendall(chunk)

    assert answer.startswith(b"HTTP/1.1 413 ")


def posted(node, body):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as connection:
        connection.request("POST", "/name/", body)
        return connection.getresponse().status


def test_plain_daphne_refuses_a_giant_request_by_its_length(node):
    assert posted(node, b"x" * 100_000) == 403, "read, and found without a CSRF token"
    assert posted(node, b"x" * 200_000) == 413
