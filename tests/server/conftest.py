"""A real server process for each test, with the toy application in it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from testing import processes
from testing.waiting import wait_until

WITHIN = 30  # seconds until a test gives up; none expects to wait that long


class Toy(processes.Server):
    """Serves on a TCP port of its own, and at `also`, which may be another kind of endpoint."""

    def __init__(self, folder, *, port=None, also=(), **options):
        self.port = port or processes.free_port()
        # Its own comes last: when that is listened on, all are.
        endpoints = [*also, f"tcp:port={self.port}:interface=127.0.0.1:backlog=1024"]
        words = []
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", *str(value).split()]
        command = [sys.executable, "-u", "-m", "tests.server.toy", *endpoints, *words]
        super().__init__(command, folder=folder, cwd=processes.ROOT)

    def answers(self):
        return f"Listening on TCP address 127.0.0.1:{self.port}" in self.log_text()

    def get(self, path, **query):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WITHIN)
        connection.request("GET", f"{path}?{urlencode(query)}" if query else path)
        response = connection.getresponse()
        assert response.status == 200
        text = response.read().decode()
        connection.close()
        return text

    def stats(self):
        return json.loads(self.get("/stats"))

    def connect(self, path, **query):
        url = f"ws://127.0.0.1:{self.port}{path}?{urlencode(query)}"
        return connect(url, open_timeout=WITHIN, proxy=None)

    def raw(self, *, receive_buffer=None):
        """A plain TCP connection to it, reading as little as it likes."""
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(WITHIN)
        plain.connect(("127.0.0.1", self.port))
        return plain

    def refuses(self):
        """Whether nothing listens any more."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@contextmanager
def toy_server(**options):
    with processes.serving(lambda folder: Toy(folder, **options)) as toy:
        yield toy
        print(toy.log_text())


@pytest.fixture
def toy():
    with toy_server() as server:
        yield server


@pytest.fixture(scope="module")
def shared_toy():
    """One for a module's tests: for those that leave it as it was, and do not read its log."""
    with toy_server() as server:
        yield server


@pytest.fixture
def start():
    """Starts a toy with options of its own: `with start(drain=2) as toy`."""
    return toy_server


@pytest.fixture
def closing():
    """Wait for a WebSocket's end: the server's code and reason."""

    def closing(websocket):
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=WITHIN)
        return closed.value.rcvd.code, closed.value.rcvd.reason

    return closing


@pytest.fixture
def until():
    """Wait for a condition, and return what it came to."""
    return wait_until
