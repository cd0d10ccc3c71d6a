"""Real servers for tests: each on a free loopback port, in its own folder, stopped at the end.

A test can `kill` or `pause` a server and bring it back on the same port (`restart`, `resume`).
All calls block; from a coroutine use `asyncio.to_thread`.
"""

from __future__ import annotations

import fcntl
import functools
import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psycopg

from testing import environment, first_start
from testing.environment import ROOT

UP_WITHIN = 30  # seconds
DOWN_WITHIN = 30  # seconds
DAPHNE = ("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "chatsite.asgi:application")


running: list[Server] = []  # what `serving` has started and not stopped yet
given: set[int] = set()  # ports, by `free_port`


class ServerFailed(Exception):
    """A server did not come up; the message holds what it printed."""


class Server:
    """One child process and the folder with its output. Each subclass defines `answers`."""

    stop_signal = signal.SIGTERM

    def __init__(self, command: Sequence[str], *, folder: Path, **popen):
        self.command = [str(word) for word in command]
        self.log = folder / "output.log"
        self.popen = {"cwd": folder} | popen
        self.process: subprocess.Popen | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Return once it answers. Raises ServerFailed if it ends first, or does not answer."""
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C ends the tests, and they end the server.
            streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
            options = {"start_new_session": True} | streams | self.popen
            self.process = subprocess.Popen(self.command, **options)
        self.pid = self.process.pid
        deadline = time.monotonic() + UP_WITHIN
        while not self.answers():
            if not self.running:
                raise ServerFailed(f"ended with {self.process.returncode}: {self}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"gave no answer within {UP_WITHIN} s: {self}")
            time.sleep(0.02)

    def send(self, number: signal.Signals, *, children: bool = False) -> None:
        pids = [self.pid, *(children_of(self.pid) if children else [])]
        for pid in pids if self.running else []:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def terminate(self, seconds: float = DOWN_WITHIN) -> int:
        """Ask it to end, and return its exit code. Raises subprocess.TimeoutExpired."""
        self.send(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it, and its children, as a crash would: without notice, and nothing is cleaned up."""
        self.send(signal.SIGKILL, children=True)
        self.process.wait(DOWN_WITHIN)

    def pause(self) -> None:
        """Stall it: connections stay open, nothing is answered."""
        self.send(signal.SIGSTOP, children=True)

    def resume(self) -> None:
        self.send(signal.SIGCONT, children=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it gracefully; by force if that takes too long."""
        if self.process is None:
            return
        self.send(self.stop_signal)
        self.resume()
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(DOWN_WITHIN)
        finally:
            self.kill()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def __str__(self) -> str:
        return f"{' '.join(self.command)}\n{self.log_text()[-8000:]}"


class Redis(Server):
    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        program = find_program("redis-server") or "redis-server"
        command = [program, "--port", self.port, "--bind", "127.0.0.1"]
        super().__init__([*command, "--dir", folder, "--save", ""], folder=folder)

    def answers(self) -> bool:
        address = ("127.0.0.1", self.port)
        with suppress(OSError), socket.create_connection(address, timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False


class Postgres(Server):
    """A PostgreSQL of its own. It refuses to run as root, so root starts it as another user."""

    stop_signal = signal.SIGINT  # "fast": does not wait for clients to leave

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = self.url_of("chat")
        initdb = find_program("initdb") or "initdb"
        data, user = folder / "data", {}
        if os.getuid() == 0:
            user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        make_data = [initdb, "-D", data, "-U", "chat", "-A", "trust", "-E", "UTF8", "--no-locale"]
        made = subprocess.run(make_data, cwd=folder, capture_output=True, text=True, **user)
        if made.returncode:
            raise ServerFailed(f"initdb failed:\n{made.stdout}{made.stderr}")
        postgres = Path(initdb).resolve().with_name("postgres")
        command = [postgres, "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", self.port]
        super().__init__(command, folder=folder, **user)

    def url_of(self, database: str) -> str:
        return f"postgresql://chat@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect("postgres"):
            return True
        return False

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=2)

    def create_database(self, name: str) -> str:
        """An empty database; its URL."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    def restart(self, mode: str = "fast") -> None:
        """`mode` as pg_ctl's: "fast" is orderly, "immediate" recovers as after a crash."""
        self.send({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        self.stop()
        self.start()


class Node(Server):
    """One process of the chat. Its environment is the settings it was given, and nothing else."""

    def __init__(self, folder: Path, command: Sequence[str], settings: dict[str, object]):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}"
        self.settings = settings
        self.data_dir = Path(settings.get("DATA_DIR", folder / "data"))
        given = {"PYTHONUNBUFFERED": 1, **settings, "DATA_DIR": self.data_dir}
        argv = [sys.executable, *(word.format(port=self.port) for word in command)]
        super().__init__(argv, folder=folder, cwd=ROOT, env=environment.only(given))

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("GET", "/")
            return connection.getresponse().status > 0
        return False


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """`url` is that of an empty database; `create_database` makes more."""
    with serving(Postgres) as server:
        server.create_database("chat")
        yield server


def chat_node(*, command: Sequence[str] = DAPHNE, **settings):
    """A `Node`. `command` is Python's arguments, `{port}` filled in; `settings` are variables.

    Without a DATA_DIR it gets one of its own, as a first start leaves it (first_start.py), which
    lasts across restarts.
    """

    def make(folder: Path) -> Node:
        node = Node(folder, command, settings)
        if "DATA_DIR" not in settings:
            first_start.copy_to(node.data_dir, with_database="DATABASE_URL" not in settings)
        return node

    return serving(make)


@contextmanager
def serving(make: Callable[[Path], Server]) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="chat-", ignore_cleanup_errors=True) as folder:
        server = make(Path(folder))
        try:
            server.start()
            running.append(server)
            yield server
        finally:
            if server in running:
                running.remove(server)
            server.stop()


redis_server = functools.partial(serving, Redis)


def free_port() -> int:
    """A port that is free and stays so, also until a server starts and during its restarts: the
    kernel assigns only higher ones, and nobody else who asks here gets it while we run."""
    for port in random.sample(range(15_000, 32_000), 100):
        with suppress(OSError), socket.socket() as probe:
            if port not in given:
                # A byte of a file for each port. Otherwise two tests at the same time could get
                # one, and the test whose server starts later would talk to the other's.
                fcntl.lockf(_ports(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
                probe.bind(("127.0.0.1", port))
                given.add(port)
                return port
    raise OSError("no free port")


@functools.cache
def _ports() -> BinaryIO:
    """It must stay open: closing it would unlock the ports."""
    return (Path(tempfile.gettempdir()) / f"chat-ports-{os.getuid()}").open("ab")


def children_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError):  # gone, or not Linux
        return [int(child) for child in children.read_text().split()]
    return []


@functools.cache
def find_program(name: str) -> str | None:
    found = subprocess.run([ROOT / "bin" / "find-program", name], stdout=subprocess.PIPE, text=True)
    return found.stdout.strip() or None
