"""Close codes and reasons reach the client, and no connection is left open unserved."""

from __future__ import annotations

import os

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.raw_socket import frame, handshake, read_frame, request


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]
)
def test_every_sendable_code_arrives_with_its_reason(shared_toy, closing, code):
    with shared_toy.connect("/close", code=code, reason="über") as websocket:
        assert closing(websocket) == (code, "über")


@pytest.mark.parametrize("code", [999, 1004, 1005, 1006, 1015, 2999, 5000])
def test_a_code_that_cannot_be_sent_is_an_error_of_the_application(shared_toy, closing, code):
    with shared_toy.connect("/close", code=code) as websocket:
        assert closing(websocket) == (1011, "")


def test_a_reason_too_long_is_cut_between_characters(shared_toy, closing):
    with shared_toy.connect("/close", code=4000, reason="ü" * 100) as websocket:
        assert closing(websocket) == (4000, "ü" * 61)


def test_an_application_that_fails_closes_with_1011(toy, closing, until):
    with toy.connect("/fail") as websocket:
        assert closing(websocket) == (1011, "")

    assert until(lambda: "RuntimeError: as asked" in toy.log_text())


def test_an_application_that_returns_closes_with_1000(shared_toy, closing):
    with shared_toy.connect("/leave") as websocket:
        assert closing(websocket) == (1000, "")


@pytest.mark.parametrize(("path", "status"), [("/refuse", 403), ("/fail-early", 500)])
def test_no_connection_is_left_when_the_application_never_accepts(shared_toy, path, status):
    with pytest.raises(InvalidStatus) as refused:
        shared_toy.connect(path)

    assert refused.value.response.status_code == status


def test_an_http_response_that_fails_half_way_is_aborted_and_others_continue(toy):
    with toy.raw() as plain:
        plain.sendall(b"GET /half HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b""
        with pytest.raises(ConnectionResetError):
            while part := plain.recv(1024):
                answer += part

    assert not answer.endswith(b"0\r\n\r\n")
    assert toy.stats()["running"] == 1  # the one that answers


def test_the_application_learns_the_client_s_code(toy, until):
    with toy.connect("/echo") as websocket:
        websocket.close(4321)

    assert until(lambda: "disconnected 4321" in toy.log_text())


def test_a_client_that_connects_and_vanishes_leaves_nothing_behind(toy, until):
    def open_files():
        return len(os.listdir(f"/proc/{toy.pid}/fd"))

    before = open_files()
    for number in range(1000):
        with toy.raw() as plain:
            plain.sendall(request("/echo")[: None if number % 2 else 99])

    assert until(lambda: open_files() == before)
    assert until(lambda: toy.stats()["running"] == 1)
    assert "ERROR" not in toy.log_text()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b"\xf1\x80" + bytes(4), 1002),  # reserved bits
        (frame(0x1, b"\xff"), 1007),  # not UTF-8
        (frame(0x2, bytes(1024 * 1024 + 1)), 1009),
        (frame(0x1, b"a", final=False) + frame(0x0, bytes(1024 * 1024)), 1009),
    ],
)
def test_a_peer_that_violates_the_protocol_gets_a_close_code(shared_toy, until, wrong, code):
    with shared_toy.raw() as plain:
        handshake(plain, "/echo")
        plain.sendall(wrong)

        opcode, payload = read_frame(plain)
        assert (opcode, int.from_bytes(payload[:2], "big")) == (0x8, code)
        plain.sendall(frame(0x8, payload[:2]))
        assert plain.recv(1) == b""
    assert until(lambda: shared_toy.stats()["running"] == 1)


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_the_memory_of_a_connection_is_free_when_it_has_ended(toy, until, says_goodbye):
    toy.get("/websockets")
    for _ in range(20):
        with toy.raw() as plain:
            handshake(plain, "/echo")
            if says_goodbye:
                plain.sendall(frame(0x8, b"\x03\xe8"))
                assert read_frame(plain)[0] == 0x8

    assert until(lambda: toy.log_text().count("ended /echo") == 20)
    assert until(lambda: toy.get("/websockets") == "0")


HOUR = 3600  # seconds


@pytest.mark.parametrize("jump", [-HOUR, 48 * HOUR])
def test_a_wall_clock_that_jumps_neither_stops_pings_nor_closes_anybody(start, jump):
    with start(ping=0.1) as toy, toy.raw() as plain:
        handshake(plain, "/echo")
        assert read_frame(plain)[0] == 0x9

        toy.get("/set-clock", seconds=jump)

        for _ in range(3):
            assert read_frame(plain)[0] == 0x9
