"""`send_text` of the extension: the same bytes as `send`, in the same order, and no waiting."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chatsite.server.frame import prepare
from testing.processes import free_port
from tests.server.raw_socket import frame, handshake, read_exactly, read_frame, request

SIZES = [1, 125, 126, 1000, 65_535, 65_536, 200_000]


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (0, b"\x81\x00"),
        (1, b"\x81\x01"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_prepared_text_is_one_whole_unmasked_frame(length, head):
    assert prepare("x" * length).frame == head + b"x" * length


def test_a_text_that_utf_8_cannot_encode_is_refused_when_prepared():
    assert prepare("😀").frame == b"\x81\x04" + "😀".encode()
    with pytest.raises(UnicodeEncodeError):
        prepare("\ud83d")


@pytest.mark.parametrize("endpoint", ["tcp", "unix", "tls"])
def test_messages_arrive_byte_for_byte_by_either_way(start, tmp_path, endpoint):
    description, connect = ENDPOINTS[endpoint](tmp_path)
    with start(also=[description]) as toy, connect() as quick, connect() as slow:
        handshake(quick, "/member?name=quick")
        handshake(slow, "/member?name=slow")

        with saying(toy, text="über", times=140, sizes=SIZES, plainly=5) as answer:
            # The slow one stops for all: everybody waits for its `send`.
            for number in range(140):
                text = f"über {number} ".ljust(SIZES[number % len(SIZES)], ".")
                assert read_exactly(slow, len(prepare(text).frame)) == prepare(text).frame
                assert read_exactly(quick, len(prepare(text).frame)) == prepare(text).frame

    fast = answer.result()
    assert 0 < fast["slow"] <= 112  # 28 of 140 went plainly
    assert 0 < fast["quick"] <= 112


def test_send_text_returns_false_while_the_reader_is_slow(toy, until):
    with toy.raw(receive_buffer=4096) as plain:
        handshake(plain, "/member?name=ann")
        counts = [until(lambda: int(toy.get("/push", name="ann", size=10_000)))]
        while counts[-1]:
            counts.append(int(toy.get("/push", name="ann", size=10_000)))

        said = [f"{number} ".ljust(10_000, ".") for count in counts for number in range(count)]
        assert [read_frame(plain)[1].decode() for _ in said] == said
        assert until(lambda: int(toy.get("/push", name="ann", size=10_000)))


def test_nothing_follows_a_close_frame(toy, until):
    with toy.raw() as plain:
        handshake(plain, "/farewell")
        assert [read_frame(plain) for _ in range(3)] == [
            (0x1, b"hello"),
            (0x1, b"hello"),
            (0x8, (4000).to_bytes(2, "big")),
        ]
        plain.sendall(frame(0x9, b"still there?") + frame(0x8))

        assert plain.recv(1) == b""
    assert until(lambda: "ended /farewell" in toy.log_text())
    assert "ERROR" not in toy.log_text()


def test_it_never_overtakes_what_waits_to_be_sent(toy):
    with toy.raw(receive_buffer=4096) as plain:
        handshake(plain, "/overtake?messages=200&size=20000")

        received = [read_frame(plain)[1].decode().split()[0] for _ in range(200)]

    assert received == [str(number) for number in range(200)]


def test_it_never_overtakes_an_earlier_response_on_the_connection(toy):
    with toy.raw() as plain:
        plain.sendall(b"GET /stats HTTP/1.1\r\nHost: a\r\n\r\n" + request("/echo"))

        answer = b""
        while b"HTTP/1.1 101 " not in answer:
            answer += read_exactly(plain, 1)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"0\r\n\r\nHTTP/1.1 101 " in answer


@contextmanager
def saying(toy, *, sizes, **query):
    """Have the toy say something meanwhile; in the end, how often each member was reached fast."""
    query["sizes"] = ",".join(map(str, sizes))
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(lambda: json.loads(toy.get("/say", **query)))


def tcp(folder):
    port = free_port()
    return f"tcp:port={port}:interface=127.0.0.1", lambda: plainly_connected(port)


def unix(folder):
    def connect():
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(30)
        plain.connect(str(folder / "toy.sock"))
        return plain

    return f"unix:{folder / 'toy.sock'}", connect


def tls(folder):
    port = free_port()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=toy"]
    make += ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(make, check=True, capture_output=True)
    description = f"ssl:port={port}:interface=127.0.0.1"
    description += f":privateKey={folder / 'key.pem'}:certKey={folder / 'cert.pem'}"
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    context.check_hostname = False
    return description, lambda: context.wrap_socket(plainly_connected(port))


def plainly_connected(port):
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(30)
    plain.connect(("127.0.0.1", port))
    return plain


ENDPOINTS = {"tcp": tcp, "unix": unix, "tls": tls}
