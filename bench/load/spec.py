"""A generator's input and output, which cross a pipe as JSON."""

from __future__ import annotations

from msgspec import Struct, field


class Group(Struct, frozen=True):
    """Connections that do the same."""

    people: int
    talkers: int = 0  # the first so many of them send messages
    rate: float = 0.0  # messages a second they offer together; 0.0: each waits for its own echo
    room: str = "lobby"
    rooms: int = 1  # they spread over so many rooms, in turn


class Spec(Struct, frozen=True):
    """One run of the generator."""

    dialect: str  # a key of crowd.DIALECTS
    url: str  # with {port} and {room}
    ports: list[int]  # people spread over them, in turn
    groups: list[Group]
    seconds: float = 3.0
    warm_up: float = 1.0  # seconds of messages that do not count
    settle: float = 1.0  # seconds between the last connection and the first message
    at_once: int = 100  # connections being opened at the same time
    pids: list[int] = field(default_factory=list)  # the server's processes, for their CPU time
    cores: list[int] = field(default_factory=list)  # to run on; all, if empty


class GroupResult(Struct, frozen=True):
    """What one group saw in the measured time."""

    deliveries: float  # per second, over all connections
    messages: float  # per second
    echo_p50: float | None  # ms from sending to receiving one's own message
    echo_p99: float | None
    echoes: int


class Result(Struct, frozen=True):
    """The result of a run."""

    groups: list[GroupResult]
    seconds: float
    connect_seconds: float
    server_cpu: float  # share of one core, all processes together
    load_cpu: float  # share of one core that the generator took
    lost: int  # deliveries that never came, and messages without an ack
    faults: int  # gaps, duplicates, wrong order, contradictions
    examples: list[str]  # of the faults
    server_seconds: float = 0.0  # CPU time of the server in the measured time
