"""How fast and how many: what one person may ask of this process. 0 means unlimited."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import ip_network

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.errors import TooFast
from chat.loops import PerLoop

COMMAND_BURST = 5  # seconds' worth of COMMAND_RATE at once
MAX_KEYS = 100_000  # authors or addresses remembered for one thing
ROOMS = 1 / 60, 5  # a second and at once that an author may make
REFUSALS = 5.0, 30  # a second and at once, before a socket that will not listen is closed


class Rate:
    """Lets `burst` through at once and `rate` a second from then on (GCRA, ITU-T I.371)."""

    __slots__ = ("_burst", "_full_at", "_interval")

    def __init__(self, rate: float, burst: float) -> None:
        self._interval = 1 / rate if rate > 0 else 0.0  # seconds
        self._burst = max(burst, 1) * self._interval
        self._full_at = 0.0

    def wait(self) -> float:
        """Seconds until the next may pass; 0.0 lets it pass and counts it."""
        now = time.monotonic()
        full_at = max(self._full_at, now) + self._interval
        if full_at - now > self._burst + 1e-9:
            return full_at - now - self._burst
        self._full_at = full_at
        return 0.0

    def take(self, refusal: str | Promise) -> None:
        """Count one. Raises TooFast, which says `refusal`, with the time to wait."""
        if wait := self.wait():
            raise TooFast(refusal, retry_in_ms=int(wait * 1000) + 1)


class Rates:
    """A rate for each of many keys; of more than MAX_KEYS the longest idle are forgotten."""

    def __init__(self, new_rate: Callable[[], Rate]) -> None:
        self._new_rate = new_rate
        self._rates: OrderedDict[str, Rate] = OrderedDict()

    def of(self, key: str) -> Rate:
        """Threads may share it: of two that make one rate at once, one more passes."""
        rate = self._rates.pop(key, None) or self._new_rate()
        self._rates[key] = rate
        if len(self._rates) > MAX_KEYS:
            self._rates.popitem(last=False)
        return rate


class Pace:
    """How fast an author may do one thing, over all their sockets in this process, and how fast
    all those at one address: as many authors as it may have sockets. Who is someone new for each
    message gets no further than that."""

    def __init__(self, allowance: Callable[[], tuple[float, float]], refusal: Promise) -> None:
        """`allowance` gives the rate a second and the burst, of one author."""
        self._refusal = refusal
        self._authors = Rates(lambda: Rate(*allowance()))
        self._addresses = Rates(
            lambda: Rate(*(settings.SOCKETS_PER_ADDRESS * number for number in allowance()))
        )

    def take(self, author_id: str, address: str | None) -> None:
        """Count one. Raises TooFast. An address of None (a unix socket, a test) is not counted."""
        self._authors.of(author_id).take(self._refusal)
        if address is not None:
            self._addresses.of(network_of(address)).take(self._refusal)


class Addresses:
    """How many sockets each client address has open in this process."""

    def __init__(self) -> None:
        self._sockets: Counter[str] = Counter()

    @contextmanager
    def socket(self, address: str | None) -> Iterator[bool]:
        """Count a socket while it is open; yields whether it is within SOCKETS_PER_ADDRESS.
        An address of None (a unix socket, a test) is not counted."""
        if address is None:
            yield True
            return
        address = network_of(address)
        self._sockets[address] += 1
        try:
            yield not 0 < settings.SOCKETS_PER_ADDRESS < self._sockets[address]
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]


class OpenRooms:
    """How many different rooms each client address has open in this process."""

    def __init__(self) -> None:
        self._sockets: dict[str, Counter[str]] = {}  # in each room, by address

    @contextmanager
    def entered(self, address: str | None, slug: str) -> Iterator[bool]:
        """Count a socket in a room while it is open; yields whether its address has at most half
        as many rooms open as SOCKETS_PER_ADDRESS. An address of None is not counted."""
        if address is None:
            yield True
            return
        address = network_of(address)
        sockets = self._sockets.setdefault(address, Counter())
        sockets[slug] += 1
        try:
            limit = settings.SOCKETS_PER_ADDRESS
            yield not limit or len(sockets) <= max(1, limit // 2)
        finally:
            sockets[slug] -= 1
            if not sockets[slug]:
                del sockets[slug]
            if not sockets:
                del self._sockets[address]


@lru_cache(maxsize=1000)
def network_of(address: str) -> str:
    """What an address counts as: IPv6 as its /64, the least that one customer is given (RFC 6177),
    for they could use another address each time."""
    try:
        return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address
    except ValueError:  # no address that we know; it counts as itself
        return address


def command_rate() -> Rate:
    """A new connection's allowance of commands of any kind."""
    return Rate(settings.COMMAND_RATE, settings.COMMAND_RATE * COMMAND_BURST)


def refusal_rate() -> Rate:
    """A new connection's allowance of refusals for being too fast."""
    return Rate(*REFUSALS)


message_pace = PerLoop(
    lambda: Pace(
        lambda: (settings.MESSAGE_RATE, settings.MESSAGE_BURST),
        _("You are sending messages too fast."),
    )
)
room_pace = PerLoop(lambda: Pace(lambda: ROOMS, _("You are making rooms too fast.")))
addresses = PerLoop(Addresses)
open_rooms = PerLoop(OpenRooms)
