"""Opening handshakes: which are refused with an HTTP status, and what reaches the application."""

from __future__ import annotations

import pytest

from tests.server.raw_socket import read_head, request


def answer_to(toy, path, *headers):
    with toy.raw() as plain:
        plain.sendall(request(path, *headers))
        return read_head(plain)


def test_a_subprotocol_that_is_not_ascii_is_refused_and_leaves_nothing_behind(start, until):
    with start(drain=300) as toy:
        assert answer_to(toy, "/echo", "Sec-WebSocket-Protocol: chat").startswith(b"HTTP/1.1 101 ")

        for _ in range(3):
            answer = answer_to(toy, "/echo", "Sec-WebSocket-Protocol: chat, \xff")
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")

        assert until(lambda: toy.get("/websockets") == "0")
        assert "Traceback" not in toy.log_text()
        assert toy.terminate() == 0  # long before the drain would give up on a connection


def test_subprotocols_reach_the_application_as_they_were_offered(shared_toy):
    answer = answer_to(shared_toy, "/subprotocol", "Sec-WebSocket-Protocol: a%2Cb, c")

    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Protocol: a%2Cb\r\n" in answer


@pytest.mark.parametrize("origin", ["null", "file://", "https://elsewhere.example"])
def test_the_application_decides_about_origins(shared_toy, origin):
    assert answer_to(shared_toy, "/echo", f"Origin: {origin}").startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    "offer", ["permessage-deflate", "permessage-deflate; server_max_window_bits=99", "x; y=z"]
)
def test_offers_of_compression_are_declined(shared_toy, offer):
    answer = answer_to(shared_toy, "/echo", f"Sec-WebSocket-Extensions: {offer}")

    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"sec-websocket-extensions" not in answer.lower()
