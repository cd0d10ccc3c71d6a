"""A WebSocket client over a plain socket, which sends exactly the given bytes."""

from __future__ import annotations

import struct

MASK = b"\x00\x00\x00\x00"  # leaves a payload as it is

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


def request(path, *headers):
    """A handshake, with `headers` such as "Origin: null"; characters stand for bytes."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"{HANDSHAKE.format(path=path)}{lines}\r\n".encode("latin1")


def handshake(plain, path):
    """Returns once it is accepted; what came after the answer is still to be read."""
    plain.sendall(request(path))
    answer = read_head(plain)
    assert answer.startswith(b"HTTP/1.1 101 "), answer
    return answer


def read_head(plain):
    """The status line and headers of an HTTP response."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        byte = plain.recv(1)
        assert byte, f"closed after {answer!r}"
        answer += byte
    return answer


def frame(opcode, payload=b"", *, final=True):
    head = bytes((0x80 * final | opcode,))
    if len(payload) < 126:
        return head + bytes((0x80 | len(payload),)) + MASK + payload
    if len(payload) < 1 << 16:
        return head + b"\xfe" + struct.pack("!H", len(payload)) + MASK + payload
    return head + b"\xff" + struct.pack("!Q", len(payload)) + MASK + payload


def read_exactly(plain, length):
    parts = []
    while length:
        part = plain.recv(min(length, 1 << 16))
        assert part, "closed in the middle"
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def read_frame(plain):
    """(opcode, payload) of the next frame, which must be whole and unmasked."""
    first, length = read_exactly(plain, 2)
    assert first & 0xF0 == 0x80, f"{first:#x} is no final frame"
    if length == 126:
        (length,) = struct.unpack("!H", read_exactly(plain, 2))
    elif length == 127:
        (length,) = struct.unpack("!Q", read_exactly(plain, 8))
    return first & 0x0F, read_exactly(plain, length)
