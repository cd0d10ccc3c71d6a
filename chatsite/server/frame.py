"""Encodes WebSocket frames of a server: unmasked, unfragmented, uncompressed (RFC 6455, 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = 0x1
BINARY = 0x2
FINAL = 0x80


@dataclass(frozen=True, slots=True)
class PreparedText:
    """One text message and the frame that carries it, the same for every connection."""

    text: str
    frame: bytes


def prepare(text: str) -> PreparedText:
    """Raises UnicodeEncodeError for what UTF-8 cannot encode, such as half a surrogate pair."""
    return PreparedText(text, frame_of(TEXT, text.encode()))


def frame_of(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        head = bytes((FINAL | opcode, length))
    elif length < 1 << 16:
        head = bytes((FINAL | opcode, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((FINAL | opcode, 127)) + length.to_bytes(8, "big")
    return head + payload
