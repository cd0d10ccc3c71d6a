"""The servers under load: each alone on its core, fresh, and gone afterwards."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import cores
from testing.processes import ROOT, Node, Server, find_program, free_port, redis_server, serving

SERVE = ("manage.py", "serve", "--port", "{port}", "--verbosity", "0")
PATCHED = ("-m", "bench.patched", *SERVE[1:])
PLAIN_DAPHNE = ("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}")
OURS = "ws://127.0.0.1:{port}/ws/{room}"
NO_LIMITS: dict[str, object] = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}


@dataclass(frozen=True)
class Target:
    """A server that answers, as a generator needs to know it."""

    dialect: str
    url: str
    nodes: Sequence[Any]  # testing.processes.Node or alike

    @property
    def ports(self) -> list[int]:
        return [node.port for node in self.nodes]

    @property
    def pids(self) -> list[int]:
        return [node.pid for node in self.nodes]


class OnCore(Node):
    """A Node of any Python server, pinned."""

    def __init__(
        self, folder: Path, command: Sequence[str], settings: Settings, on: list[int]
    ) -> None:
        super().__init__(folder, command, settings)
        self.command = [*cores.pinned(on), *self.command]


class NatsServer(Server):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        config = ROOT / "bench" / "peers" / "nats.conf"
        command = [*cores.pinned(cores.SERVER), nats_program() or "nats-server", "-c", str(config)]
        super().__init__(command, folder=folder, env={"PORT": str(self.port), "GOMAXPROCS": "1"})

    def answers(self) -> bool:
        return accepts(self.port)


Settings = dict[str, object]


@contextmanager
def ours(
    settings: Settings | None = None,
    *,
    command: Sequence[str] = SERVE,
    dialect: str = "chat.v1",
) -> Iterator[Target]:
    """The chat with a database of its own; `settings` are its environment."""
    with node(command, NO_LIMITS | (settings or {})) as server:
        yield Target(dialect, OURS, [server])


def node(
    command: Sequence[str], settings: Settings | None = None, *, on: list[int] | None = None
) -> AbstractContextManager[Any]:
    where = cores.SERVER if on is None else on
    return serving(lambda folder: OnCore(folder, command, settings or {}, where))


@contextmanager
def tutorial(settings: Settings | None = None) -> Iterator[Target]:
    command = (*PLAIN_DAPHNE, "bench.peers.tutorial:application")
    with node(command, settings) as server:
        yield Target("tutorial", "ws://127.0.0.1:{port}/ws/chat/{room}/", [server])


@contextmanager
def tutorial_on_redis() -> Iterator[Target]:
    with redis_server() as redis, tutorial({"REDIS_URL": redis.url}) as target:
        yield target


@contextmanager
def quart() -> Iterator[Target]:
    command = (
        "-m",
        "hypercorn",
        "--workers",
        "0",
        "--bind",
        "127.0.0.1:{port}",
        "bench.peers.quart_chat:app",
    )
    with node(command) as server:
        yield Target("plain", "ws://127.0.0.1:{port}/ws", [server])


@contextmanager
def bare() -> Iterator[Target]:
    with serving(lambda folder: Bare(folder)) as server:
        yield Target("plain", "ws://127.0.0.1:{port}/", [server])


@contextmanager
def nats() -> Iterator[Target]:
    with serving(NatsServer) as server:
        yield Target("nats", "ws://127.0.0.1:{port}/", [server])


class Bare(OnCore):
    """It speaks no HTTP, so it answers when it accepts."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ("-m", "bench.peers.bare", "{port}"), {}, cores.SERVER)

    def answers(self) -> bool:
        return accepts(self.port)


def nats_program() -> str | None:
    return find_program("nats-server")


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
