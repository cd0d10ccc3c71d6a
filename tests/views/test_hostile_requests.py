"""Whatever a client sends, without a cookie or a token, the server logs little."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest

from testing import processes
from testing.waiting import SECONDS

LONGEST = 400  # bytes of log for a request
SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")
# Anybody can make one. Without it Django refuses a form before it reads it.
COOKIE = b"Cookie: csrftoken=" + b"x" * 32
FORM = b"Content-Type: application/x-www-form-urlencoded"


def post(*lines, path=b"/name/", body=b"name=a&name=b"):
    head = b"\r\n".join([b"POST %b HTTP/1.1" % path, b"Host: localhost", COOKIE, *lines])
    return head + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


MULTIPART = b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nx\r\n--x--\r\n'
CASES = {
    "utf-16": post(FORM + b"; charset=utf-16"),
    "idna": post(FORM + b"; charset=idna"),
    "a codec that is no charset": post(FORM + b"; charset=hex"),
    "an unknown charset": post(FORM + b"; charset=" + b"x" * 5000),
    "an encoded parameter of an unknown charset": post(FORM + b"; a*=x''%41"),
    "a multipart form in utf-16": post(
        b"Content-Type: multipart/form-data; boundary=x; charset=utf-16", body=MULTIPART
    ),
    "a multipart form with a file": post(
        b"Content-Type: multipart/form-data; boundary=x", body=MULTIPART
    ),
    "a multipart form without a boundary": post(b"Content-Type: multipart/form-data"),
    "two content types": post(FORM, FORM + b"; charset=utf-16"),
    "too many fields": post(FORM, body=b"a=b&" * 1001),
    "too many fields in the query": post(FORM, path=b"/?" + b"a=b&" * 1001),
    "a form feed": post(FORM + b"\x0c"),
    "a next line": post(FORM + b"\x85"),
    "a root path that is not ASCII": post(b"Daphne-Root-Path: \xff"),
    "a subprotocol that is not ASCII": post(b"Sec-WebSocket-Protocol: \xff"),
    "a host that is not ours": post(b"X-A: b").replace(b"localhost", b"mallory.example"),
    "no token": post(FORM),
    "no token for a long path": post(FORM, path=b"/r/" + b"x" * 8000 + b"/"),
    "no token for a path with a line break": post(FORM, path=b"/%0AERROR%20forged"),
    "a method that is not ASCII": post(FORM).replace(b"POST", b"P\xd6ST"),
    "a path that is not ASCII": post(FORM, path=b"/\xff"),
    "a version that is none": post(FORM).replace(b"HTTP/1.1", b"HTTP/\xff"),
    "a chunk that is none": post(b"Transfer-Encoding: chunked", body=b"one\r\n").replace(
        b"Content-Length", b"X"
    ),
    "an over-long header": post(b"X-A: " + b"x" * 20_000),
}


@pytest.fixture(scope="module")
def served():
    with processes.chat_node(command=SERVE) as node:
        yield node


def answer_to(node, request):
    with socket.create_connection(("127.0.0.1", node.port), SECONDS) as connection:
        connection.sendall(request)
        return connection.recv(4096)


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_request_leaves_at_most_one_short_line(served, name):
    before = len(served.log_text())

    status = answer_to(served, CASES[name]).split()[1]

    with urlopen(f"{served.url}/healthz", timeout=SECONDS):  # by now it would have been logged
        grown = served.log_text()[before:]
    assert status in {b"400", b"403", b"404", b"405", b"431"}
    assert grown.count("\n") <= 1
    assert len(grown.encode()) <= LONGEST


def test_a_form_in_utf_8_is_read(served):
    for charset in (b"", b"; charset=utf-8", b'; charset="UTF-8"'):
        assert b" 403 " in answer_to(served, post(FORM + charset)), "read, and without a token"
