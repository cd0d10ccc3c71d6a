"""What others notice of abuse: how long their messages take to be acknowledged, beside the calm
value of the same run.

Calm windows and windows of abuse take turns, so whatever else the machine does slows both. While
the samples leave a doubt, there are more windows.
"""

from __future__ import annotations

import asyncio
import time

from tests.faults import figures
from tests.faults.scenario import either

WINDOW = either(1, 5)  # seconds
ROUNDS = 3, 7  # of a calm window and one of abuse: at least, and at most
EVERY = 0.2  # seconds between one person's messages
ANSWERED_WITHIN = 60  # seconds
# By percentile: how many times the calm value is allowed, and the seconds that are not noticeable.
ALLOWED = {50: (5, 0.05), 90: (5, 0.15)}
CALM = 0.5  # seconds; a calm median above this shows a slow server, or proves nothing


class Latency:
    """The seconds until acknowledgement for a scenario's people, in calm and under abuse."""

    def __init__(self, here, people=None, *, every=EVERY):
        """`every` is in seconds, between one person's messages, on average."""
        self.here, self.every = here, every
        self.people = here.people if people is None else people
        self.calm, self.abused = [], []  # seconds, one for each message

    async def measure(self, abuse):
        """Calm and `abuse()` in turns. It is a coroutine function: called anew for each window,
        it must go on until it is cancelled."""
        await self._window_of(abuse)  # not counted: limits let a burst through
        least, most = ROUNDS
        for number in range(1, most + 1):
            self.calm += await self._window()
            self.abused += await self._window_of(abuse)
            if number >= least and not complaints(self.calm, self.abused):
                break

    def assert_unchanged(self):
        found = complaints(self.calm, self.abused)
        assert not found, "; ".join(found)

    def figures(self):
        """For `World.report`."""
        return {
            f"{name}_p{percent}_ms": round(figures.percentile(samples, percent) * 1000, 1)
            for name, samples in (("calm", self.calm), ("abused", self.abused))
            for percent in ALLOWED
        }

    async def _window_of(self, abuse):
        abusing = asyncio.create_task(abuse())
        try:
            return await self._window(abusing)
        finally:
            abusing.cancel()
            await asyncio.gather(abusing, return_exceptions=True)

    async def _window(self, abusing=None):
        """The seconds that each message sent now takes. The abuse goes on until all are answered,
        and must not end by itself: the rest of the window would be calm."""
        began_at = time.monotonic()
        async with self.here.talking(self.people, every=self.every, changing=0):
            await asyncio.sleep(WINDOW)
        await asyncio.gather(*(answered(person) for person in self.people))
        if abusing is not None and abusing.done():
            abusing.result()
            raise AssertionError("the abuse ended by itself")
        return figures.ack_seconds(self.people, began_at)


async def answered(person):
    try:
        await person.until(lambda: not person.outbox, ANSWERED_WITHIN)
    except TimeoutError:
        raise AssertionError(
            f"{person.name} still waits for {len(person.outbox)} acknowledgements"
        ) from None


def complaints(calm, abused):
    """The slowdowns that people would have noticed; empty if latency stayed about the same."""
    found = []
    if figures.percentile(calm, 50) > CALM:
        found.append(f"even in calm half of the messages took more than {CALM} s")
    for percent, (times, unnoticed) in ALLOWED.items():
        before, under = (figures.percentile(samples, percent) for samples in (calm, abused))
        if under > max(before * times, unnoticed):
            milliseconds = f"{before * 1000:.1f} ms calm, {under * 1000:.1f} ms under abuse"
            found.append(f"p{percent} of {len(abused)} messages: {milliseconds}")
    return found
