"""HTTP as in RFC 9110 and 9112, where Twisted and Daphne differ."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from email.utils import parsedate_to_datetime

import pytest

from tests.server.conftest import WITHIN
from tests.server.raw_socket import request

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /show HTTP/1.1\r\n" + HOST


def asked(toy, *parts):
    """Everything that comes back until the server closes the connection, or has no more."""
    with toy.raw() as plain:
        for part in parts:
            plain.sendall(part)
        answer = b""
        while part := plain.recv(65536):
            answer += part
    return answer


def status_of(answer):
    return int(answer.split()[1])


def shown(answer):
    return json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])


@pytest.mark.parametrize(
    "lines",
    [
        b"X-Long: " + b"x" * 17_000 + b"\r\n",
        b"X-Long: " + b"x" * 17_000,  # its end never comes
        b"X-Long: " + b"x" * 500_000 + b"\r\n",
        b"".join(b"X-%d: %b\r\n" % (number, b"x" * 1000) for number in range(20)),
        b"".join(b"X-%d: x\r\n" % number for number in range(600)),
    ],
)
def test_headers_that_are_too_long_are_answered_with_431(shared_toy, lines):
    assert status_of(asked(shared_toy, GET, lines, b"\r\n")) == 431


def test_a_client_that_is_still_sending_is_not_reset_before_it_can_read_the_answer(start):
    with start(linger=WITHIN) as toy, toy.raw() as plain:
        plain.sendall(GET + b"X-Long: " + b"x" * 17_000)
        answer = b""
        while part := plain.recv(65536):
            answer += part

        for _ in range(20):  # a connection that is closed would answer with a reset
            plain.sendall(b"x" * 1000)
            assert plain.recv(1) == b""
    assert status_of(answer) == 431


def test_a_request_line_that_is_too_long_is_answered_with_414(shared_toy):
    line = b"GET /%b HTTP/1.1\r\n" % (b"x" * 17_000)

    assert status_of(asked(shared_toy, line, HOST, b"\r\n")) == 414


def test_headers_just_below_the_limit_are_read(shared_toy):
    lines = b"X-Long: " + b"x" * 16_000 + b"\r\nConnection: close\r\n\r\n"

    assert len(shown(asked(shared_toy, GET, lines))["headers"]["x-long"]) == 16_000


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"GET /stats HTTP/1.1\r\n\r\n", 400),
        (b"GET /stats HTTP/1.1\r\n" + HOST + b"Host: mallory.example\r\n\r\n", 400),
        (request("/echo").replace(b"\r\n\r\n", b"\r\nHost: mallory.example\r\n\r\n"), 400),
        (request("/echo").replace(b"Host: 127.0.0.1\r\n", b""), 400),
        (b"GET /stats HTTP/1.0\r\n\r\n", 200),
    ],
)
def test_a_request_names_its_host_once(shared_toy, lines, status):
    assert status_of(asked(shared_toy, lines)) == status


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Type: text/plain\x0c; charset=utf-8\r\n",
        b"Content-Type: text/plain; charset=\x85\r\n",
        b"Cookie: a=\x01\r\n",
        b"Sec-WebSocket-Protocol: \xff\r\n",
        b"Daphne-Root-Path: \xff\r\n",
        b"Host : 127.0.0.1\r\n",
    ],
)
def test_a_header_with_impossible_characters_is_answered_with_400_and_not_logged(toy, line):
    before = len(toy.log_text())

    assert status_of(asked(toy, b"POST" + GET[3:], line, b"Content-Length: 1\r\n\r\nx")) == 400
    assert len(toy.log_text()) == before


@pytest.mark.parametrize(
    "lines",
    [
        GET + b"Connection: close\r\n\r\n",
        GET.replace(b"/show", b"/pieces?text=x&size=100000") + b"Connection: close\r\n\r\n",
        b"HEAD" + GET[3:] + b"Connection: close\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET /stats HTTP/1.1\r\n\r\n",
        b"POST" + GET[3:] + b"Content-Length: 10000000\r\n\r\n",
        GET + b"X-Long: " + b"x" * 17_000 + b"\r\n\r\n",
    ],
)
def test_every_answer_has_a_date(shared_toy, lines):
    head = asked(shared_toy, lines).partition(b"\r\n\r\n")[0].decode()
    dates = [line[6:] for line in head.split("\r\n") if line.startswith("Date: ")]

    assert len(dates) == 1
    assert dates[0].endswith(" GMT")
    assert parsedate_to_datetime(dates[0])


def test_a_head_request_has_no_body_that_could_pass_for_the_next_answer(shared_toy):
    forged = "HTTP/1.1 200 OK%0D%0AContent-Length: 6%0D%0A%0D%0AForged".replace(" ", "%20")
    path = f"/pieces?text={forged}&size=200000"

    connection = http.client.HTTPConnection("127.0.0.1", shared_toy.port, timeout=WITHIN)
    with closing(connection):
        connection.request("HEAD", path)
        head = connection.getresponse()
        assert int(head.headers["Content-Length"]) > 190_000
        assert head.read() == b""

        connection.request("GET", "/show")
        assert shown(connection.getresponse().read())["path"] == "/show"


def test_a_get_of_the_same_has_all_of_its_body(shared_toy):
    assert len(shared_toy.get("/pieces", text="end", size=200_000)) == 3 * 65_539


@pytest.mark.parametrize("options", [b"close", b"Close", b"Close, TE", b"TE\r\nConnection: close"])
def test_a_client_that_asks_for_it_gets_the_connection_closed(shared_toy, options):
    answer = asked(shared_toy, GET, b"Connection: " + options + b"\r\n\r\n")

    assert status_of(answer) == 200
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"http://127.0.0.1:1/show", "/show"), (b"HTTP://127.0.0.1:1/show", "/show")],
)
def test_a_target_may_be_a_url_whose_host_takes_precedence(shared_toy, target, path):
    lines = b"GET %b HTTP/1.1\r\nHost: mallory.example\r\nConnection: close\r\n\r\n" % target
    seen = shown(asked(shared_toy, lines))

    assert seen["path"] == path
    assert seen["headers"]["host"] == "127.0.0.1:1"
