"""A client that does not read delays no other, costs little memory, and loses no message."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from itertools import pairwise

import pytest

from chat.protocol.errors import CloseCode
from chatsite.server import connection, write_buffer
from tests.server.raw_socket import frame, handshake, read_frame

MIB = 1024 * 1024
SIZE = 10_000  # bytes of one message


def numbered(number):
    return (0x1, f"{number} ".ljust(SIZE, ".").encode())


@pytest.fixture
def slow(toy, until):
    with stuck(toy, until) as plain:
        yield plain


@contextmanager
def stuck(toy, until):
    """A connection whose server has stopped sending, as the client has read nothing."""
    with toy.raw(receive_buffer=4096) as plain:
        handshake(plain, f"/flood?messages=1000&size={SIZE}&name=slow")
        seen = []

        def has_stopped():
            seen.append(toy.stats().get("sent slow", 0))
            return len(seen) > 20 and seen[-20] == seen[-1]

        until(has_stopped)
        yield plain


@pytest.fixture
def sent(toy, slow):
    """How many messages the server could send to the slow reader before it had to wait."""
    return toy.stats()["sent slow"]


def test_a_reader_that_stops_costs_less_than_one_mebibyte(sent):
    assert 0 < sent * SIZE < MIB


def test_another_client_reads_on_meanwhile(toy, sent):
    with toy.connect("/flood", messages=2000, size=SIZE, name="quick") as quick:
        for number in range(2000):
            assert quick.recv(timeout=30).startswith(f"{number} ")

    assert toy.stats()["sent slow"] == sent


def test_a_reader_that_reads_again_gets_everything_in_order(toy, slow):
    for number in range(1000):
        assert read_frame(slow) == numbered(number)

    assert toy.stats()["sent slow"] == 1000


def test_an_application_that_waits_to_send_ends_when_the_reader_vanishes(toy, slow, until):
    slow.close()

    until(lambda: "ended /flood" in toy.log_text())
    assert "disconnected 1006" in toy.log_text()
    assert "ERROR" not in toy.log_text()


def test_a_flood_of_pings_unread_costs_few_pongs(start, until):
    with start(lifted=1) as toy, stuck(toy, until) as slow:
        before = toy.memory()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)

        for _ in range(200):  # 25 MB
            slow.sendall(frame(0x9, b"." * 120) * 1000)
        slow.sendall(frame(0x9, b"last"))

        assert toy.memory() - before < 4 * MIB
        pongs = 0
        while (received := read_frame(slow)) != (0xA, b"last"):
            pongs += received[0] == 0xA
        assert pongs < 10_000


def test_a_client_that_reads_nothing_for_long_is_closed(start, until):
    with start(stall=0.5) as toy, toy.raw(receive_buffer=4096) as plain:
        handshake(plain, f"/flood?messages=1000&size={SIZE}&name=slow")

        until(lambda: "ended /flood" in toy.log_text())

        assert "disconnected 4408" in toy.log_text(), "its application is told why"
        with pytest.raises(ConnectionResetError):
            while plain.recv(1 << 16):
                pass


def test_a_client_that_reads_nothing_after_its_close_frame_is_dropped(start, until):
    with start(stall=0.5) as toy, toy.raw(receive_buffer=4096) as plain:
        handshake(plain, f"/flood?messages=1000&size={SIZE}&name=slow")
        until(lambda: toy.stats().get("sent slow", 0) > 10)

        plain.sendall(frame(0x8))

        until(lambda: "ended /flood" in toy.log_text())


def test_a_client_that_reads_gets_its_pong_immediately(toy):
    with toy.connect("/echo") as websocket:
        assert websocket.ping("one").wait(30)
        assert websocket.ping("two").wait(30)


def test_a_hundred_clients_that_stop_reading_do_not_affect_others(toy, until):
    plains = [toy.raw(receive_buffer=4096) for _ in range(100)]
    try:
        for number, plain in enumerate(plains):
            handshake(plain, f"/flood?messages=1000&size={SIZE}&name={number}")
        with toy.connect("/flood", messages=500, size=SIZE, name="quick") as quick:
            assert [quick.recv(timeout=30)[:4].strip(" .") for _ in range(500)] == [
                str(number) for number in range(500)
            ]
        assert all(toy.stats().get(f"sent {number}", 0) * SIZE < MIB for number in range(100))
    finally:
        for plain in plains:
            plain.close()

    until(lambda: toy.stats()["running"] == 1)


def test_senders_wait_their_turn(toy, until):
    # Two tasks send to one slow connection.
    with toy.raw(receive_buffer=4096) as plain:
        handshake(plain, "/member?name=ann")
        asking = [
            threading.Thread(
                target=toy.get,
                args=("/say",),
                kwargs={"text": text, "times": 300, "sizes": SIZE, "plainly": 1},
            )
            for text in ("left", "right")
        ]
        for thread in asking:
            thread.start()
        until(lambda: toy.stats()["running"] == 4)  # both wait; /member and /stats run as well
        received = [read_frame(plain)[1].decode().split(" ")[:2] for _ in range(600)]
        for thread in asking:
            thread.join()

    for text in ("left", "right"):
        assert [int(number) for who, number in received if who == text] == list(range(300))
    names = [who for who, _ in received]
    together = names[names.index(names[-1]) : len(names) - names[::-1].index(names[0])]
    assert len(together) > 300
    assert all(one != next_one for one, next_one in pairwise(together))


def test_the_close_code_of_a_slow_reader_is_that_of_the_protocol():
    assert connection.TOO_SLOW == CloseCode.STALLED
    assert f"{write_buffer.STALL_TIMEOUT} seconds" in CloseCode.STALLED.meaning
