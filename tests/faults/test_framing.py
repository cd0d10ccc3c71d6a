"""RFC 6455 under the chat: what the Autobahn test suite (tests/conformance) leaves out, and frames
that are well formed and not commands. Each case of framing is sent whole and byte by byte.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct

import pytest

from testing.processes import chat_node
from tests.faults import hostile
from tests.faults.scenario import SERVE
from tests.server.raw_socket import frame, read_exactly

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
WITHIN = 10  # seconds
HELLO = "Grüße, 世界 👋".encode()


@pytest.fixture(scope="module")
def node():
    limits = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}
    with chat_node(command=SERVE, **limits) as server:
        yield server


@contextlib.contextmanager
def connected(node, slug):
    """A plain-text socket in a separate room: each message is returned as it was sent."""
    with socket.create_connection(("127.0.0.1", node.port), WITHIN) as plain:
        plain.sendall(hostile.handshake_bytes(f"/ws/{slug}", protocol="none"))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += read_exactly(plain, 1)
        assert answer.startswith(b"HTTP/1.1 101 ")
        yield plain


def received(plain):
    """(opcode, payload) of each frame until the end of the connection."""
    with contextlib.suppress(AssertionError, ConnectionError):
        while True:
            first, length = read_exactly(plain, 2)
            if length == 126:
                (length,) = struct.unpack("!H", read_exactly(plain, 2))
            elif length == 127:
                (length,) = struct.unpack("!Q", read_exactly(plain, 8))
            yield first & 0x0F, read_exactly(plain, length)


def close(code, reason=b""):
    return frame(CLOSE, struct.pack("!H", code) + reason)


def unmasked(opcode, payload):
    return bytes((0x80 | opcode, len(payload))) + payload


ANSWERED = {
    "text": (frame(TEXT, HELLO), [(TEXT, HELLO)]),
    "ping between fragments": (
        frame(TEXT, HELLO[:3], final=False) + frame(PING, b"p") + frame(CONTINUATION, HELLO[3:]),
        [(PONG, b"p"), (TEXT, HELLO)],
    ),
}

CLOSED = {
    "normal close": (close(1000, b"reason"), 1000),
    "close in fragments": (frame(CLOSE, b"", final=False), 1002),
    "unmasked": (unmasked(TEXT, b"x"), 1002),
    "a length of 127 in too many bytes": (b"\x81\xff" + struct.pack("!Q", 5) + bytes(9), 1002),
    "a length above 2^63": (b"\x81\xff" + b"\xff" * 8 + bytes(4), 1002),
    "too long": (b"\x81\xff" + struct.pack("!Q", 1 << 40) + bytes(4), 1009),
}
CASES = ANSWERED | CLOSED


@pytest.mark.parametrize("step", [1, 1 << 20], ids=["by byte", "whole"])
@pytest.mark.parametrize("case", CASES)
def test_a_server_answers_frames_as_the_rfc_requires(node, case, step):
    data, expected = CASES[case]
    with connected(node, f"framing-{list(CASES).index(case)}-{step}") as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):  # it may close before reading everything
            for start in range(0, len(data), step):
                plain.sendall(data[start : start + step])
        if case in ANSWERED:
            plain.sendall(frame(PING, b"last"))
            found = []
            for opcode, payload in received(plain):
                found.append((opcode, payload))
                if len(found) == len(expected) + 1:
                    break
            assert sorted(found) == sorted([*expected, (PONG, b"last")])
        else:
            answer = next(payload for opcode, payload in received(plain) if opcode == CLOSE)
            assert struct.unpack("!H", answer[:2]) == (expected,)
            if expected == 1000:  # a clean end: the server closes immediately
                assert list(received(plain)) == []


POISON = [
    "", "null", "[]", "{}", "0", '"text"', "{", "\x00", "NaN", "[" * 20_000, "{\"a\":" * 5_000,
    '{"type":"message.post"}', '{"type":"nothing","id":1}', '{"type":"__class__","id":1}',
    '{"type":"message.post","id":-1}', '{"type":"message.post","id":1e999}',
    '{"type":"message.post","id":1,"client_message_id":"x","body":"y"}',
    '{"type":"message.post","id":1,"client_message_id":null,"body":null}',
    '{"type":"history.fetch","id":1,"before":9223372036854775808,"limit":1}',
    '{"type":"history.fetch","id":1,"before":1,"limit":1000000}',
    '{"type":"history.fetch","id":"1","before":"1","limit":"1"}',
    '{"type":"name.set","id":1,"name":"\\u202e"}', '{"type":"name.set","id":1,"name":""}',
    '{"type":"name.set","id":1,"name":"' + "\ufdfa" * 100 + '"}',
    '{"type":"typing.start","id":1,"extra":1}', '{"type":"typing.start","id":' + "9" * 4000 + "}",
]  # fmt: skip
POISON += [
    json.dumps({"type": "message.post", "id": 1, "client_message_id": "0" * 32, "body": body})
    for body in ("", " \n\t", "\x00", "\ud800", "x" * 4001, "x" * 65_000)
]


def test_poisoned_frames_are_refused_one_by_one_and_the_socket_stays(node):
    with socket.create_connection(("127.0.0.1", node.port), WITHIN) as plain:
        plain.sendall(hostile.handshake_bytes("/ws/poison"))
        while read_exactly(plain, 1) != b"{":  # of the welcome
            pass
        texts = (text for _, text in received_after(plain))
        replies = (json.loads(text) for text in texts if b'"type":"error"' in text)
        for poison in POISON:
            plain.sendall(frame(TEXT, poison.encode()))
            assert next(replies)["code"] in {"bad_frame", "too_large", "bad_name"}, poison[:80]
        plain.sendall(frame(BINARY, b"\x00\xff"))
        assert next(replies)["code"] == "bad_frame"

    assert "Traceback" not in node.log_text()


def received_after(plain):
    """The frames that follow the one which was begun."""
    depth = 1
    while depth:
        depth += {b"{": 1, b"}": -1}.get(read_exactly(plain, 1), 0)
    yield from received(plain)
