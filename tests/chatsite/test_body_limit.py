"""Requests that are too long are refused before any of them is stored."""

from __future__ import annotations

import encodings
import http.client
import socket
from contextlib import closing

import pytest
from channels.testing import HttpCommunicator

from chatsite.asgi import pages
from testing import processes
from testing.waiting import SECONDS

SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")


@pytest.fixture(scope="module")
def served():
    with processes.chat_node(command=SERVE) as node:
        yield node


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_giant_request_is_refused_before_it_is_sent(served, expect):
    with socket.create_connection(("127.0.0.1", served.port), SECONDS) as connection:
        lines = b"POST /name/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n"
        connection.sendall(lines + expect + b"\r\n" + b"x" * 1000)
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_request_in_chunks_is_refused_once_it_is_too_long(served):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", served.port), SECONDS) as connection:
        lines = b"POST /name/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(lines + 3 * chunk)
        answer = connection.recv(4096)

        with pytest.raises(ConnectionError):  # a client that continues is disconnected
            for _ in range(1000):
                connection.sendall(chunk)

    assert answer.startswith(b"HTTP/1.1 413 ")


def posted(node, body):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as connection:
        connection.request("POST", "/name/", body)
        return connection.getresponse().status


def test_plain_daphne_refuses_a_giant_request_by_its_length(node):
    assert posted(node, b"x" * 100_000) == 403, "read, and found without a CSRF token"
    assert posted(node, b"x" * 200_000) == 413


FORM = "application/x-www-form-urlencoded"
TOKEN = "x" * 32  # Django accepts any token that is the same in a cookie and in a header


async def answer_to(content_type, accept="text/html"):
    headers = {
        "host": "localhost",
        "cookie": f"csrftoken={TOKEN}",
        "x-csrftoken": TOKEN,
        "content-type": content_type,
        "accept": accept,
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    posting = HttpCommunicator(pages, "POST", "/rooms/", b"title=Attic", encoded)
    return await posting.get_response(SECONDS)


NAME = "charset_that_nobody_else_names"


@pytest.mark.parametrize(
    ("content_type", "accept"),
    [
        (f"{FORM}; charset={NAME}", "*/*"),
        (f"{FORM}; a*={NAME}''b", "*/*"),
        (f"{FORM}; a*0={NAME}''b; a*1*", "*/*"),
        (FORM, f"text/html;a*={NAME}''b"),
    ],
)
async def test_the_name_of_an_unknown_charset_is_not_kept_in_memory(content_type, accept):
    answer = await answer_to(content_type, accept)

    assert not any(NAME in kept for kept in encodings._cache)
    assert (answer["status"], answer["body"]) == (400, b"The request's charset is not UTF-8.")


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["", "; charset=", "; charset=utf-8", '; charset="UTF-8"'])
async def test_a_form_without_another_charset_is_read(charset):
    answer = await answer_to(FORM + charset, "text/*, */*;q=0.8")

    assert b"Attic" in answer["body"], "the form is shown again, as no cookie names an author"
