"""How much is measured, and how progress is reported."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """`quick` is for a first look: fewer cells, fewer rounds."""

    quick: bool
    rounds: int
    seconds: float  # of each measured run
    warm_up: float  # seconds of messages before that
    settle: float  # seconds between the last connection and the first message
    began: float = field(default_factory=time.monotonic)

    def report(self, text: str) -> None:
        """One line of progress."""
        sys.stderr.write(f"[{time.monotonic() - self.began:4.0f} s] {text}\n")


QUICK = Plan(quick=True, rounds=1, seconds=1.0, warm_up=0.4, settle=0.7)
FULL = Plan(quick=False, rounds=3, seconds=2.0, warm_up=1.0, settle=1.0)
