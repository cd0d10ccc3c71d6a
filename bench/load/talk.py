"""When a talker sends: after its own message came back, or at an offered rate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

from bench.load.person import Person

TICK = 0.002  # seconds between looks at what is due, at least


class Talk:
    """The talkers of one group. Keeps the echoes received while `counting`."""

    def __init__(self, talkers: Sequence[Person], rate: float) -> None:
        self.talkers = talkers
        self.rate = rate  # messages a second of all together; 0.0: closed loop
        self.echoes: list[float] = []  # seconds
        self.counting = False
        self.running = False
        self._pacing: asyncio.Task[None] | None = None
        for person in talkers:
            person.talk = self

    def start(self) -> None:
        self.running = True
        if self.rate and self.talkers:
            self._pacing = asyncio.create_task(self._pace())
        else:
            for person in self.talkers:
                person.say(perf_counter())

    def stop(self) -> None:
        """Some messages have not come back yet."""
        self.running = self.counting = False
        if self._pacing is not None:
            self._pacing.cancel()

    def echoed(self, person: Person, said_at: float, now: float) -> None:
        if self.counting:
            self.echoes.append(now - said_at)
        if self.running and not self.rate and person.transport is not None:
            person.say(now)

    async def _pace(self) -> None:
        """Each message's time counts from when it was due, however late it left."""
        began, count = perf_counter(), 0
        while True:
            due = int((perf_counter() - began) * self.rate)
            for number in range(count, due):
                person = self.talkers[number % len(self.talkers)]
                if person.transport is not None:
                    person.say(began + (number + 1) / self.rate)
            count = max(count, due)
            next_due = began + (count + 1) / self.rate
            await asyncio.sleep(max(TICK, next_due - perf_counter()))
