"""Limits the number of HTTP connections, per client and in total.

One too many closes the connection that has waited longest for its client: a slow sender, an idle
connection, a client that does not read. A request that the application is answering is not cut off.
"""

from __future__ import annotations

import logging
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatsite.server.channel import Channel

logger = logging.getLogger(__name__)

MOST_WAITING = 5_000  # HTTP connections waiting for their client
FEW = 4096  # descriptors; a lower limit causes a warning
WARNING_EVERY = 60  # seconds


class Admission:
    """Of `descriptors`, the most that the process may open, it keeps some for files and databases
    and leaves the others to connections, including WebSockets.

    `counted_as` maps the address of a peer to the client that it counts as, or to None for a peer
    without a limit, such as a proxy. A `per_client` of 0 means unlimited.
    """

    def __init__(
        self, counted_as: Callable[[str], str | None], per_client: int, descriptors: int
    ) -> None:
        self._counted_as = counted_as
        self._per_client = per_client
        self._most_open = descriptors - min(descriptors // 4, 256)
        self._open: set[Any] = set()
        self._waiting: dict[Channel, None] = {}  # longest first
        self._clients: dict[Channel, str] = {}  # those that count
        self._channels: dict[str, dict[Channel, None]] = {}  # of each client, longest first
        self._warned_at = -float("inf")

    def counting(self, transport: type) -> type:
        """A subclass of `transport` that counts its open sockets, whatever their protocol."""
        opened = self._open

        class Counted(transport):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                opened.add(self)

            def connectionLost(self, reason: Any) -> None:
                opened.discard(self)
                super().connectionLost(reason)

        return Counted

    def enter(self, channel: Channel) -> None:
        """A new connection waits for its client. This may close another one, or this one."""
        self._waiting[channel] = None
        of_client = self._count(channel)
        if len(of_client) > self._per_client:
            self._end(next(each for each in of_client if each in self._waiting), channel)
        elif len(self._open) > self._most_open or len(self._waiting) > MOST_WAITING:
            self._warn()
            self._end(next(iter(self._waiting)), channel)

    def work(self, channel: Channel) -> None:
        """The application has its request."""
        self._waiting.pop(channel, None)

    def wait(self, channel: Channel) -> None:
        """It waits for its client again, to read the response or to send a request."""
        self._waiting[channel] = None
        if client := self._clients.get(channel):
            self._channels[client][channel] = self._channels[client].pop(channel)

    def leave(self, channel: Channel) -> None:
        """It has closed, or has become a WebSocket."""
        self._waiting.pop(channel, None)
        if client := self._clients.pop(channel, None):
            del self._channels[client][channel]
            if not self._channels[client]:
                del self._channels[client]

    def _count(self, channel: Channel) -> dict[Channel, None]:
        """The connections of its client; none if the client is not limited."""
        address = getattr(channel.getPeer(), "host", None)  # a unix socket's peer has none
        client = self._counted_as(address) if self._per_client and address else None
        if not client:
            return {}
        self._clients[channel] = client
        of_client = self._channels.setdefault(client, {})
        of_client[channel] = None
        return of_client

    def _end(self, channel: Channel, newcomer: Channel) -> None:
        self.leave(channel)
        if channel is newcomer:
            channel.forceAbortClient()
        else:
            channel.end_now()

    def _warn(self) -> None:
        if time.monotonic() - self._warned_at >= WARNING_EVERY:
            self._warned_at = time.monotonic()
            logger.warning(
                "Too many connections: %d are open, of which %d wait for an HTTP request or for"
                " their client to read the response. Each new one closes the oldest of these.",
                len(self._open),
                len(self._waiting),
            )


def raised_descriptor_limit() -> int:
    """Raise the limit of open files and sockets as far as permitted; returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:  # a sandbox may forbid the call, and end the process for it
        with suppress(OSError, ValueError):  # macOS does not grant its own hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    limit = sys.maxsize if soft == resource.RLIM_INFINITY else soft
    if limit < FEW:
        logger.warning(
            "Only %d files and connections can be open at once. Raise the limit: LimitNOFILE= in"
            " systemd, or `ulimit -n` in a shell.",
            limit,
        )
    return limit
