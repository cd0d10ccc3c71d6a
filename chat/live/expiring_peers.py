"""What the other nodes last reported, each until its report is too old.

Every node sends its report when it changes and as a heartbeat, so lost events and crashed nodes
need no other repair. Pure: the owner sends the reports and passes the time.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

MAX_PEERS = 1000  # nodes whose reports are kept

Report = TypeVar("Report")


class ExpiringPeers(Generic[Report]):
    """The reports by node, and when this node's own is due."""

    def __init__(
        self, *, ttl: float, heartbeat: float, heartbeat_alone: float | None = None
    ) -> None:
        """All in seconds: how long a report is kept, the time between two reports of this node,
        and that time while no other node is known."""
        self.node = secrets.token_hex(8)
        self._ttl = ttl
        share = random.uniform(0.8, 1)  # what was started together does not report together
        self._heartbeat = share * heartbeat
        self._heartbeat_alone = share * (heartbeat if heartbeat_alone is None else heartbeat_alone)
        self._sent_at = float("-inf")
        self._reports: dict[str, tuple[float, Report]] = {}  # and when they expire

    @property
    def heartbeat_at(self) -> float:
        """When this node's report is due, changed or not."""
        return self._sent_at + (self._heartbeat if self._reports else self._heartbeat_alone)

    def sent(self, now: float) -> None:
        """Note that this node's report was sent."""
        self._sent_at = now

    def is_own(self, event: dict[str, Any]) -> bool:
        """Whether this node sent `event`."""
        return bool(event["node"] == self.node)

    def update(self, node: str, report: Report, now: float) -> bool:
        """Keep the report of another node; returns whether it differs from the one before."""
        known = self._reports.get(node)
        if known is None and len(self._reports) >= MAX_PEERS:
            return False
        self._reports[node] = (now + self._ttl, report)
        return known is None or known[1] != report

    def forget(self, node: str) -> bool:
        """Drop the report of another node; returns whether there was one."""
        return self._reports.pop(node, None) is not None

    def expire(self, now: float) -> bool:
        """Drop the reports that are too old; returns whether there were any."""
        expired = [node for node, (until, _) in self._reports.items() if until <= now]
        for node in expired:
            del self._reports[node]
        return bool(expired)

    def reports(self) -> Iterable[Report]:
        """What the other nodes last reported."""
        return [report for _, report in self._reports.values()]
