"""Slow clients: a deadline for a whole request, and a limit on how many may wait."""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack
from itertools import chain, repeat

import pytest

from chatsite.management.commands.serve import client_counter
from chatsite.proxies import TrustedProxies
from testing import processes
from tests.server.conftest import WITHIN
from tests.server.raw_socket import frame, handshake, read_frame

HEAD = b"GET /stats HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /stats HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def is_open(plain):
    """Whether the server has not ended it."""
    plain.setblocking(False)
    try:
        return plain.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        plain.settimeout(WITHIN)


def stats(plain):
    """Its answer's status."""
    plain.sendall(HEAD + b"\r\n")
    return plain.recv(65536).split(b" ")[1]


def dribbled(plain, pieces):
    """What the server sends until it ends the connection, while `pieces` go out one by one."""
    answer, deadline = b"", time.monotonic() + WITHIN
    plain.settimeout(0.1)
    for piece in pieces:
        assert time.monotonic() < deadline, "still open"
        try:
            plain.sendall(piece)
            part = plain.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return answer
        answer += part
        if not part:
            return answer
    raise AssertionError("too few pieces")


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (HEAD, b"X-More: x\r\n"),
        (HEAD + b"X-More: ", b"x"),
        (POST + b"Content-Length: 100000\r\n\r\n", b"x"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_request_that_arrives_too_slowly_is_ended(start, begun, more):
    with start(request_timeout=1) as toy, toy.raw() as plain:
        answer = dribbled(plain, chain([begun], repeat(more)))

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("requests", [0, 1])
def test_a_connection_that_sends_nothing_is_closed_without_a_response(start, requests):
    with start(request_timeout=1, idle_timeout=1) as toy, toy.raw() as plain:
        for _ in range(requests):
            assert stats(plain) == b"200"

        assert plain.recv(1) == b""


def test_a_deadline_is_for_sending_a_request_and_not_for_answering_it(start):
    with start(request_timeout=1, idle_timeout=1) as toy, toy.raw() as patient, toy.raw() as slow:
        patient.sendall(b"GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert dribbled(slow, chain([HEAD], repeat(b"X-More: x\r\n")))

        toy.get("/listen")
        assert patient.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_never_reads_its_response_is_disconnected(start, until):
    with start(request_timeout=1, idle_timeout=1) as toy:

        def descriptors():
            return len(os.listdir(f"/proc/{toy.pid}/fd"))

        before = descriptors()
        with toy.raw(receive_buffer=4096) as plain:
            plain.sendall(HEAD.replace(b"/stats", b"/pieces?text=x&size=20000000"))
            assert until(lambda: descriptors() > before)
            plain.sendall(b"Connection: close\r\n\r\n")

            assert until(lambda: descriptors() == before)


def test_one_connection_too_many_of_a_client_ends_the_one_that_has_waited_longest(start, until):
    with ExitStack() as stack:
        toy = stack.enter_context(start(per_client=3))
        answered, idle, slow = [stack.enter_context(toy.raw()) for _ in range(3)]
        answered.sendall(b"GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        slow.sendall(HEAD)
        assert stats(idle) == b"200"  # so it waits since later than the slow one

        with toy.raw() as newcomer:
            assert stats(newcomer) == b"200"
            assert until(lambda: not is_open(slow))
            with toy.raw() as another:
                assert stats(another) == b"200"
                assert until(lambda: not is_open(idle))
                assert is_open(newcomer)

        assert is_open(answered)


def test_a_websocket_is_no_longer_counted_among_the_connections_that_wait(start):
    with ExitStack() as stack:
        toy = stack.enter_context(start(per_client=3))
        sockets = []
        for _ in range(6):
            sockets.append(stack.enter_context(toy.raw()))
            handshake(sockets[-1], "/echo")

        for plain in sockets:
            plain.sendall(frame(0x1, b"hello"))
            assert read_frame(plain) == (0x1, b"hello")


def test_connections_to_a_unix_socket_are_not_counted(start, tmp_path):
    address = str(tmp_path / "toy.sock")
    with ExitStack() as stack:
        stack.enter_context(start(per_client=3, also=[f"unix:{address}"]))
        waiting = []
        for _ in range(6):
            waiting.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
            waiting[-1].settimeout(WITHIN)
            waiting[-1].connect(address)
        assert [stats(plain) for plain in waiting] == [b"200"] * 6


def test_waiting_clients_never_use_up_all_descriptors(start, until):
    with ExitStack() as stack:
        toy = stack.enter_context(start(open_files="120 120"))
        inside = stack.enter_context(toy.raw())
        handshake(inside, "/echo")
        slow = [stack.enter_context(toy.raw()) for _ in range(200)]
        for plain in slow[-50:]:
            plain.sendall(HEAD)

        assert toy.stats()
        assert until(lambda: sum(map(is_open, slow)) < 100)
        assert is_open(slow[-1])
        inside.sendall(frame(0x1, b"hello"))
        assert read_frame(inside) == (0x1, b"hello")
        assert toy.log_text().count("Too many connections") == 1


def test_the_limit_of_open_files_is_raised_and_a_low_one_is_logged(start):
    with start(open_files="50 150") as toy:
        with open(f"/proc/{toy.pid}/limits") as limits:
            (line,) = [line for line in limits if line.startswith("Max open files")]

        assert line.split()[3:5] == ["150", "150"]
        assert "Only 150 files" in toy.log_text()


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("10.1.2.3", None),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:10.1.2.3", None),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2", "2001:db8::/64"),
    ],
)
def test_a_peer_counts_as_its_network_and_a_trusted_proxy_is_not_counted(peer, client):
    assert client_counter(TrustedProxies(["10.0.0.0/8"]))(peer) == client


@pytest.mark.parametrize("trusted", ["127.0.0.1", ""])
def test_a_trusted_proxy_may_have_any_number_of_connections(trusted, until):
    command = ("manage.py", "serve", "--port", "{port}")
    settings = {"SOCKETS_PER_ADDRESS": 1, "TRUSTED_PROXIES": trusted}
    with ExitStack() as stack:
        node = stack.enter_context(processes.chat_node(command=command, **settings))

        def connect():
            plain = socket.create_connection(("127.0.0.1", node.port), WITHIN)
            return stack.enter_context(plain)

        first, *others = [connect() for _ in range(20)]
        others[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")

        assert others[-1].recv(1024).startswith(b"HTTP/1.1 200 ")
        assert is_open(first) is bool(trusted)
