"""A client that sends faster than it is served is paused; others are served meanwhile."""

from __future__ import annotations

import socket

import pytest

from tests.server.raw_socket import frame, handshake, read_exactly, read_frame, request

MIB = 1024 * 1024


def send_until_stuck(plain, data, limit=64 * MIB):
    """How many bytes went out until a second passed without room for more."""
    sent = 0
    plain.settimeout(1)
    view = memoryview(data)
    while sent < limit:
        try:
            sent += plain.send(view[sent % len(data) :])
        except TimeoutError:
            break
    plain.settimeout(30)
    return sent


@pytest.mark.parametrize("size", [0, 10, 1000, 100_000])
def test_a_flood_is_paused_and_served_in_order_later(toy, until, size):
    one = frame(0x1, b"." * size)
    data = one * max(1, 4 * MIB // len(one))
    before = toy.memory()
    with toy.raw() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        handshake(plain, "/deaf")

        sent = send_until_stuck(plain, data)

        assert sent < 2 * MIB  # ours and the kernels'
        assert toy.memory() - before < 4 * MIB
        toy.get("/listen")
        plain.sendall(memoryview(data)[sent % len(data) :][: -sent % len(one)])
        whole = -(-sent // len(one))
        for _ in range(whole):
            assert read_frame(plain) == (0x1, b"." * min(size, 32))
    assert until(lambda: toy.stats()["received"] == whole)


def test_a_paused_flooder_can_still_be_closed(start):
    with start(drain=2) as toy, toy.raw() as plain:
        handshake(plain, "/deaf")
        send_until_stuck(plain, frame(0x1, b"." * 1000) * 1000)

        toy.send(15)  # SIGTERM

        assert read_frame(plain) == (0x8, (1012).to_bytes(2, "big") + b"restarting")
        plain.sendall(frame(0x8, (1012).to_bytes(2, "big")))
        assert plain.recv(1) == b""
        assert toy.process.wait(30) == 0


def test_a_flood_of_tiny_frames_takes_turns_with_the_others(start, until):
    with start(lifted=1) as toy, toy.raw() as flooder, toy.raw() as other:
        handshake(flooder, "/echo")
        handshake(other, "/echo")

        toy.pause()  # so that it finds both at once
        flooder.sendall(frame(0x9) * 10_000 + frame(0x8, (4001).to_bytes(2, "big")))
        other.sendall(frame(0x8, (4002).to_bytes(2, "big")))
        toy.resume()

        ends = ("disconnected 4002\n", "disconnected 4001\n")
        until(lambda: all(end in toy.log_text() for end in ends))
        assert toy.log_text().index(ends[0]) < toy.log_text().index(ends[1])


def test_data_received_before_the_application_accepts_waits(toy, until):
    with toy.raw() as plain:
        # To Autobahn alone what is in here would read as a second handshake.
        early = request("/echo")
        plain.sendall(request("/undecided"))
        until(lambda: toy.stats()["running"] == 2)
        plain.sendall(frame(0x2, early))
        send_until_stuck(plain, frame(0x1, b"." * 100) * 50_000, limit=MIB)

        toy.get("/listen")

        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += read_exactly(plain, 1)
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert read_frame(plain) == (0x2, early)
        assert read_frame(plain) == (0x1, b"." * 100)


PING, PONG = frame(0x9), frame(0xA)
FRAGMENT = frame(0x0, b"a", final=False)


@pytest.mark.parametrize("flood", [PING, PONG, FRAGMENT], ids=["pings", "pongs", "fragments"])
def test_a_flood_of_frames_without_a_message_is_closed(shared_toy, until, flood):
    with shared_toy.raw() as plain:
        handshake(plain, "/echo")
        plain.sendall(frame(0x1, final=False) if flood is FRAGMENT else b"")
        plain.sendall(flood * 10_000)

        while (received := read_frame(plain))[0] == 0xA:
            pass
        assert received[0] == 0x8
        assert received[1][:2] == (1009 if flood is FRAGMENT else 1008).to_bytes(2, "big")
    assert until(lambda: shared_toy.stats()["running"] == 1)


def test_fragments_of_many_messages_count_together(shared_toy):
    message = frame(0x1, b"a", final=False) + FRAGMENT * 48 + frame(0x0, b"b")
    with shared_toy.raw() as plain:
        handshake(plain, "/echo")
        plain.sendall(message)
        assert read_frame(plain) == (0x1, b"a" * 49 + b"b")

        plain.sendall(message * 100)

        while (received := read_frame(plain))[0] == 0x1:
            pass
        assert received[0] == 0x8
        assert received[1][:2] == (1008).to_bytes(2, "big")


def test_a_few_dozen_pings_and_fragments_at_once_are_no_flood(shared_toy):
    with shared_toy.raw() as plain:
        handshake(plain, "/echo")
        plain.sendall((PING + PONG) * 20 + frame(0x1, final=False) + FRAGMENT * 50 + frame(0x0))

        for _ in range(20):
            assert read_frame(plain) == (0xA, b"")
        assert read_frame(plain) == (0x1, b"a" * 50)


def test_nothing_more_is_read_from_a_flooder_that_continues(toy, until):
    with toy.raw() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        handshake(plain, "/echo")

        assert send_until_stuck(plain, PONG * 1000) < 2 * MIB  # the kernels' buffers

        assert until(lambda: "ended /echo" in toy.log_text())


def test_a_frame_in_tiny_segments_costs_little_more_than_its_bytes(toy):
    with toy.raw() as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handshake(plain, "/echo")
        before = toy.memory()
        whole = frame(0x1, b"a" * 60_000)

        for byte in whole[:50_000]:
            plain.send(bytes((byte,)))
        plain.sendall(whole[50_000:])

        assert read_frame(plain) == (0x1, b"a" * 60_000)
        assert toy.memory() - before < 2 * MIB
