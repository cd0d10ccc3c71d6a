"""What the server did wrong: all are counted, a few are shown."""

from __future__ import annotations

TOLD = 5


class Faults:
    """The complaints of one run."""

    def __init__(self) -> None:
        self.count = 0
        self.examples: list[str] = []

    def add(self, what: str) -> None:
        self.count += 1
        if len(self.examples) < TOLD:
            self.examples.append(what)
