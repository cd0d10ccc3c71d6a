"""Rate limits, and limits on how much a client may have open. 0 means unlimited; a
burst of 0 counts as 1, since a rate without any burst would let nothing through.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import ip_network

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.protocol.errors import TooFast

# Each limit is listed in docs/limits.md: a pair is a rate a second and a burst.
COMMAND_BURST = 5  # seconds' worth of COMMAND_RATE at once
ROOMS = 1 / 60, 5  # that an author may create, by naming one or by its first message
NAMES = 1 / 5, 10  # that an author may take
REACTIONS = 2.0, 10  # that an author may set or remove
CLAIMS = 1 / 30, 5  # keys of owner links that an author may try
REPORTS = 1 / 10, 5  # messages that an author may report
ACTS = 2.0, 20  # of moderation, that an author may ask for
# Of these, each of the PEOPLE_PER_ADDRESS adds so many to what their address may do.
HANDSHAKES = 1 / 2, 6
COMMAND_SHARE = 1 / 4  # of COMMAND_RATE, of commands of any kind; a second's worth at once
MAX_COMMAND_WAIT = 5.0  # seconds that such a command is delayed; more are refused
HISTORY = 1.0, 5  # pages of history.fetch
PAGES = 1 / 10, 10  # of HTML
LOOKUPS = 1 / 2, 20  # of what the page asks over HTTP
REFUSALS = 5.0, 30  # before a socket that ignores them is closed
REFUSAL_DELAY = 1.0  # seconds until a handshake or an HTTP request too many is refused
ROW_BYTES = 300  # that a reaction, or a message in addition to its body, takes in the database
MAX_KEYS = 100_000  # authors or addresses remembered for one thing
DAY = 24 * 3600  # seconds
MEGABYTE = 1_000_000
TOO_MANY_REQUESTS = _("Too many requests from your network.")


class Rate:
    """Lets `burst` through at once and `rate` a second from then on (GCRA, ITU-T I.371)."""

    __slots__ = ("_burst", "_full_at", "_interval")

    def __init__(self, rate: float, burst: float) -> None:
        self._interval = 1 / rate if rate > 0 else 0.0  # seconds
        self._burst = max(burst, 1) * self._interval
        self._full_at = 0.0

    def wait(self, cost: int = 1) -> float:
        """Seconds until the next may pass; 0.0 lets it pass and counts it, as `cost`."""
        now = time.monotonic()
        full_at = max(self._full_at, now) + self._interval * cost
        if full_at - now > self._burst + 1e-9:
            return full_at - now - self._burst
        self._full_at = full_at
        return 0.0

    def reserve(self, refusal: str | Promise) -> float:
        """Count one more and return the seconds until it may proceed, after those that wait
        already. Raises TooFast with `refusal` if that is longer than MAX_COMMAND_WAIT."""
        now = time.monotonic()
        full_at = max(self._full_at, now) + self._interval
        wait = max(0.0, full_at - now - self._burst)
        if wait > MAX_COMMAND_WAIT:
            raise TooFast(refusal, retry_in_ms=int(wait * 1000) + 1)
        self._full_at = full_at
        return wait

    def take(self, refusal: str | Promise, cost: int = 1) -> None:
        """Count one, as `cost`. Raises TooFast with `refusal` and the time to wait."""
        if wait := self.wait(cost):
            raise TooFast(refusal, retry_in_ms=int(wait * 1000) + 1)


class Rates:
    """A rate for each key; beyond MAX_KEYS those idle for longest are dropped."""

    def __init__(self, new_rate: Callable[[], Rate]) -> None:
        self._new_rate = new_rate
        self._rates: OrderedDict[str, Rate] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._rates)

    def of(self, key: str) -> Rate:
        """The key's rate. Safe in threads: if two create it at once, one request more passes."""
        rate = self._rates.pop(key, None) or self._new_rate()
        self._rates[key] = rate
        if len(self._rates) > MAX_KEYS:
            self._rates.popitem(last=False)
        return rate


Allowance = Callable[[], tuple[float, float]]  # the rate a second, and the burst


class AddressLimit:
    """How fast each client address may do one thing."""

    def __init__(self, allowance: Allowance, refusal: str | Promise) -> None:
        self._refusal = refusal
        self._addresses = Rates(lambda: Rate(*allowance()))

    def take(self, address: str | None, cost: int = 1) -> None:
        """Count one, as `cost`. Raises TooFast. An address of None (a unix socket, a test) is not
        counted."""
        if address is not None:
            self._addresses.of(network_of(address)).take(self._refusal, cost)

    async def take_or_delay(self, address: str | None) -> None:
        """The same, but a refusal is delayed, so that a client which retries immediately costs
        little."""
        try:
            self.take(address)
        except TooFast:
            await delay_refusal()
            raise

    async def wait_turn(self, address: str | None) -> None:
        """Count one, and return when it may proceed. Raises TooFast if too many wait."""
        if address is None:
            return
        if wait := self._addresses.of(network_of(address)).reserve(self._refusal):
            await asyncio.sleep(wait)


class AuthorAndAddressLimit:
    """How fast an author may do one thing, over all their sockets in this process, and how fast
    the PEOPLE_PER_ADDRESS of one address: a client that poses as a new author each time is still
    limited by its address."""

    def __init__(self, allowance: Allowance, refusal: str | Promise) -> None:
        """`allowance` is that of one author."""
        self._refusal = refusal
        self._authors = Rates(lambda: Rate(*allowance()))
        self._addresses = people_limit(allowance, refusal)

    def take(self, author_id: str, address: str | None) -> None:
        """Count one. Raises TooFast."""
        self._authors.of(author_id).take(self._refusal)
        self._addresses.take(address)


def people_limit(allowance: Allowance, refusal: str | Promise) -> AddressLimit:
    """How fast an address may do what `allowance` allows each of its PEOPLE_PER_ADDRESS."""

    def of_all() -> tuple[float, float]:
        rate, burst = allowance()
        return settings.PEOPLE_PER_ADDRESS * rate, settings.PEOPLE_PER_ADDRESS * burst

    return AddressLimit(of_all, refusal)


def bytes_a_day() -> tuple[float, float]:
    """What an address may store: a day's worth at once, and as much again in each day."""
    allowed = settings.DAILY_MEGABYTES_PER_ADDRESS * MEGABYTE
    return allowed / DAY, allowed


class ConnectionCounter:
    """How many sockets each client address has open in this process."""

    def __init__(self) -> None:
        self._sockets: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many addresses have an open socket."""
        return len(self._sockets)

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

    def __len__(self) -> int:
        """How many addresses have an open room."""
        return len(self._sockets)

    @contextmanager
    def entered(self, address: str | None, slug: str) -> Iterator[bool]:
        """Yields whether a socket may be in a room: one that its address has open, or one of at
        most half as many as SOCKETS_PER_ADDRESS. Counts it, if so, while it is open. An address
        of None is not counted."""
        if address is None:
            yield True
            return
        address, limit = network_of(address), settings.SOCKETS_PER_ADDRESS
        sockets = self._sockets.get(address, Counter())
        if limit and slug not in sockets and len(sockets) >= max(1, limit // 2):
            yield False
            return
        self._sockets[address] = sockets
        sockets[slug] += 1
        try:
            yield True
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


async def delay_refusal() -> None:
    """Wait, before a refusal is sent."""
    await asyncio.sleep(REFUSAL_DELAY)


def command_rate() -> Rate:
    """A new connection's allowance of commands of any kind."""
    return Rate(settings.COMMAND_RATE, settings.COMMAND_RATE * COMMAND_BURST)


def refusal_rate() -> Rate:
    """A new connection's allowance of refusals for being too fast."""
    return Rate(*REFUSALS)


class RateLimits:
    """Every rate and count that a server keeps of its clients."""

    def __init__(self) -> None:
        self.messages = AuthorAndAddressLimit(
            lambda: (settings.MESSAGE_RATE, settings.MESSAGE_BURST),
            _("You are sending messages too fast."),
        )
        self.stored_bytes = AddressLimit(
            bytes_a_day, _("Your network has reached its daily limit.")
        )
        self.rooms = AuthorAndAddressLimit(lambda: ROOMS, _("You are creating rooms too fast."))
        self.names = AuthorAndAddressLimit(lambda: NAMES, "You are changing your name too often.")
        self.reactions = AuthorAndAddressLimit(lambda: REACTIONS, _("You are reacting too fast."))
        self.claims = AuthorAndAddressLimit(lambda: CLAIMS, _("You are trying too many links."))
        self.reports = AuthorAndAddressLimit(lambda: REPORTS, _("You are reporting too fast."))
        self.acts = AuthorAndAddressLimit(lambda: ACTS, _("You are moderating too fast."))
        self.history = people_limit(lambda: HISTORY, "You are loading history too fast.")
        self.pages = people_limit(lambda: PAGES, TOO_MANY_REQUESTS)
        self.lookups = people_limit(lambda: LOOKUPS, TOO_MANY_REQUESTS)
        self.handshakes = people_limit(lambda: HANDSHAKES, "You are connecting too fast.")
        self.commands = people_limit(
            lambda: (settings.COMMAND_RATE * COMMAND_SHARE, settings.COMMAND_RATE),
            "You are sending commands too fast.",
        )
        self.sockets = ConnectionCounter()
        self.refused_handshakes = ConnectionCounter()
        self.open_rooms = OpenRooms()
