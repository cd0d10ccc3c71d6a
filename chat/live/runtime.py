"""What the connections and requests of one event loop share: the composition root of the server.

Consumers, views and the lifespan ask for `runtime()` and pass its parts on. Nothing below them
looks it up.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from chat.access.rate_limits import RateLimits
from chat.live.enforcement import Enforcement
from chat.live.free_space import FreeSpace
from chat.live.group_commit import GroupCommit
from chat.live.hub_registry import HubRegistry
from chat.live.members import Members
from chat.live.posting import Posting
from chat.live.read_turns import ReadTurns
from chat.live.readiness import Readiness
from chat.live.shutdown import GracefulShutdown


class Runtime:
    """Constructs the parts and connects them. It starts nothing: they do, when first used."""

    def __init__(self) -> None:
        self.limits = RateLimits()
        self.free_space = FreeSpace()
        self.group_commit = GroupCommit()
        self.read_turns = ReadTurns()
        self.hubs = HubRegistry()
        self.members = Members()
        enforcement = Enforcement(self.hubs, self.members)
        self.posting = Posting(self.limits, self.free_space, self.group_commit, enforcement)
        self.shutdown = GracefulShutdown(self.hubs, self.group_commit, self.members)
        self.readiness = Readiness(self.group_commit, self.free_space, self.shutdown)


_runtimes: WeakKeyDictionary[asyncio.AbstractEventLoop, Runtime] = WeakKeyDictionary()


def runtime() -> Runtime:
    """The running event loop's. A server has one loop; a test session has one for each test, and
    nothing leaks from one test to the next."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = Runtime()
    return _runtimes[loop]
