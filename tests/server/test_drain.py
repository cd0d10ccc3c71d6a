"""On SIGTERM all sockets are closed with 1012, everything is cleaned up, and the exit code is 0."""

from __future__ import annotations

import signal
from contextlib import ExitStack

import pytest

from testing.processes import ServerFailed
from tests.server.raw_socket import frame, handshake, read_frame, request

RESTART = (0x8, (1012).to_bytes(2, "big") + b"restarting")


def test_everybody_is_closed_with_1012_and_every_application_cleans_up(toy, closing):
    with ExitStack() as connected:
        websockets = [connected.enter_context(toy.connect("/echo")) for _ in range(50)]

        toy.send(signal.SIGTERM)

        assert {closing(websocket) for websocket in websockets} == {(1012, "restarting")}
    assert toy.process.wait(30) == 0
    assert toy.log_text().count("disconnected 1012") == 50
    assert toy.log_text().count("ended /echo") == 50


def test_a_client_that_never_answers_does_not_delay_the_exit(start):
    with start(drain=2) as toy, toy.raw() as plain:
        handshake(plain, "/echo")

        assert toy.terminate() == 0

        assert read_frame(plain) == RESTART
        assert "ended /echo" in toy.log_text()


def test_a_client_that_does_not_read_does_not_delay_the_exit(start, until):
    with start(drain=2) as toy, toy.raw(receive_buffer=4096) as plain:
        handshake(plain, "/flood?messages=1000&size=10000&name=slow")
        until(lambda: toy.stats().get("sent slow", 0) > 1)

        assert toy.terminate() == 0

        assert "ended /flood" in toy.log_text()


def test_an_application_that_ignores_the_disconnect_is_cancelled(start, closing):
    with start(drain=2) as toy, toy.connect("/stubborn") as websocket:
        toy.send(signal.SIGTERM)

        assert closing(websocket) == (1012, "restarting")
        assert toy.process.wait(30) == 0
        assert "ended /stubborn" in toy.log_text()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /stats HT",
        b"GET /stats HTTP/1.1\r\nHost: a\r\n",
        b"POST /stats HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345",
        b"POST /stats HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n" + b"1" * 999_999,
        b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n",
        request("/undecided")[:-2],
        request("/undecided"),
        request("/deaf") + frame(0x1, b"1" * 100)[:50],
    ],
)
def test_what_is_half_done_does_not_delay_the_exit(start, closing, begun):
    with start(drain=2) as toy, toy.raw() as plain, toy.connect("/echo") as websocket:
        plain.sendall(begun)
        assert toy.stats()

        toy.send(signal.SIGTERM)

        assert closing(websocket) == (1012, "restarting")
        assert toy.process.wait(30) == 0
        assert "ERROR" not in toy.log_text()


def test_an_unanswered_handshake_is_refused(start, until):
    with start(drain=2) as toy, toy.raw() as plain:
        plain.sendall(request("/undecided"))
        until(lambda: toy.stats()["running"] == 2)

        toy.send(signal.SIGTERM)

        assert plain.recv(1000).startswith(b"HTTP/1.1 503 ")


def test_a_running_request_is_completed(start, until):
    with start(drain=4) as toy, toy.raw() as plain:
        handshake(plain, "/member?name=ann")
        with toy.raw() as http:
            http.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            until(lambda: toy.stats()["running"] == 3)
            toy.send(signal.SIGTERM)

            answer = b""
            while part := http.recv(1 << 16):
                answer += part

        assert len(answer) > 2_000_000
        assert toy.process.wait(30) == 0


def test_new_connections_are_refused_while_it_drains(start, until):
    with start(lifespan="never_ends", drain=4) as toy, toy.raw() as kept:
        kept.sendall(b"GET /stats HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(1000).startswith(b"HTTP/1.1 200 ")

        toy.send(signal.SIGTERM)
        until(toy.refuses)
        kept.sendall(request("/echo"))

        assert b"HTTP/1.1 503 " in kept.recv(1000)


def test_the_last_log_line_has_the_reason_and_the_number_of_sockets(toy, closing, until):
    with toy.connect("/echo") as one, toy.connect("/echo") as other:
        toy.send(signal.SIGINT)
        assert {closing(one), closing(other)} == {(1012, "restarting")}

    assert toy.process.wait(30) == 0
    last = toy.log_text().splitlines()[-1]
    assert "Ended: SIGINT; 2 WebSockets closed in " in last
    assert last.endswith(" s, exit code 0")


def test_the_last_log_line_has_the_failure(start):
    with pytest.raises(ServerFailed) as failed, start(lifespan="fails"):
        pass

    last = str(failed.value).splitlines()[-1]
    assert "Ended: the application cannot start: no disk in the drive; 0 WebSockets" in last
    assert last.endswith(" s, exit code 1")
