"""Errors are reported to Sentry if its DSN is set, without any message text."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest

from tests.loaded_settings import settings_of

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
FAILS = """
import asyncio, django.urls, sentry_sdk
from channels.testing import HttpCommunicator
from chatsite.asgi import application

def view(request):
    body = "Nobody else" + " should read this"
    raise RuntimeError("The view broke")

django.urls.get_resolver().url_patterns.insert(0, django.urls.path("breaks", view))
headers = {"host": "localhost", "cookie": "chat_guest=a-cookie-to-keep", "user-agent": "Testing/1",
    "authorization": "a-token-to-keep", "x-forwarded-for": "192.0.2.77"}
headers = [(name.encode(), value.encode()) for name, value in headers.items()]
path, body = "/breaks?secret=a-query-to-keep", b"a-body-to-keep"
asyncio.run(HttpCommunicator(application, "GET", path, body, headers).get_response(20))
sentry_sdk.flush(10)
"""


@contextmanager
def sentry():
    """A project's address, and what is sent to it."""
    sent = []

    class Project(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = UNPACK[self.headers.get("Content-Encoding")]
            sent.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Project) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", sent
        server.shutdown()


def test_an_error_is_reported_without_message_text(tmp_path):
    pytest.importorskip("sentry_sdk")
    with sentry() as (dsn, sent):
        ran = settings_of(tmp_path, FAILS, SENTRY_DSN=dsn)
        report = "\n".join(sent)

    assert "The view broke" in report, ran.stderr
    assert "/breaks" in report
    assert "Testing/1" in report
    kept = ["Nobody else should", "a-cookie", "a-query", "a-body", "a-token", "192.0.2.77"]
    assert not [word for word in kept if word in report]


def test_an_invalid_dsn_and_a_missing_package_are_refused_with_the_fix(tmp_path):
    start = "import chatsite.asgi"
    without = f"import sys; sys.modules['sentry_sdk'] = None; {start}"

    assert "Client Keys" in settings_of(tmp_path, start, SENTRY_DSN="nonsense").stderr
    refused = settings_of(tmp_path, without, SENTRY_DSN="http://key@localhost/1").stderr
    assert "pip install --require-hashes -r requirements-sentry.lock" in refused
