"""Channel layers that let the chat down, each in its own way, and a way to depend on them alone."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from random import Random

from channels.layers import InMemoryChannelLayer, channel_layers

from chat.channel import announcements


def use(layer):
    """Let `layer` be the channel layer until the test ends."""
    channel_layers.set("default", layer)
    return layer


@contextmanager
def remote_only(*slugs):
    """Announcements reach the rooms' open hubs as if another process had published them."""
    removed = [(slug, each) for slug in slugs for each in announcements.listeners_of(slug)]
    for slug, listener in removed:
        announcements.unsubscribe(slug, listener)
    # A process without any listener waits for the channel layer when it publishes.
    other = announcements.LocalListener(asyncio.get_running_loop(), lambda announcement: None)
    announcements.subscribe("elsewhere", other)
    try:
        yield
    finally:
        announcements.unsubscribe("elsewhere", other)
        for slug, listener in removed:
            announcements.subscribe(slug, listener)


class FickleLayer(InMemoryChannelLayer):
    """Drops, repeats, holds back and reorders events, always the same for a seed."""

    def __init__(self, seed):
        super().__init__(capacity=10_000)
        self._random = Random(seed)
        self._held = []

    async def group_send(self, group, message):
        fate = self._random.random()
        if fate < 0.2:
            return
        self._held += [(group, message)] * (2 if fate < 0.4 else 1)
        self._random.shuffle(self._held)
        for _ in range(self._random.randint(0, len(self._held))):
            await super().group_send(*self._held.pop())


class DeafLayer(InMemoryChannelLayer):
    """Takes every event and delivers none."""

    def __init__(self):
        super().__init__()
        self.taken = 0

    async def group_send(self, group, message):
        self.taken += 1


class HardOfHearingLayer(InMemoryChannelLayer):
    """Loses the first event of each type, as a subscription does that comes a moment too late."""

    def __init__(self):
        super().__init__()
        self._lost = set()

    async def group_send(self, group, message):
        if message["type"] in self._lost:
            await super().group_send(group, message)
        self._lost.add(message["type"])


class PatientLayer(InMemoryChannelLayer):
    """Keeps what is told of the log until a test delivers it."""

    def __init__(self):
        super().__init__()
        self.kept = []

    async def group_send(self, group, message):
        if message["type"] == "room.changed":
            self.kept.append((group, message))
        else:
            await super().group_send(group, message)

    async def deliver(self, number):
        """The event that was told as the `number`th, counted from 0."""
        await super().group_send(*self.kept[number])


class BrokenLayer(InMemoryChannelLayer):
    """Raises at every call until `mend` is called, and again after `smash`, which also makes it
    forget its groups."""

    def __init__(self, *, broken=True):
        super().__init__(capacity=10_000)
        self._broken = asyncio.Event()
        if broken:
            self.smash()

    def smash(self):
        self.groups.clear()
        self._broken.set()

    def mend(self):
        self._broken.clear()

    def _check(self):
        if self._broken.is_set():
            raise ConnectionError("the broker is gone")

    async def new_channel(self, prefix="specific."):
        self._check()
        return await super().new_channel(prefix)

    async def group_add(self, group, channel):
        self._check()
        await super().group_add(group, channel)

    async def group_send(self, group, message):
        self._check()
        await super().group_send(group, message)

    async def receive(self, channel):
        """A connection that breaks wakes those who listen on it."""
        listening = asyncio.ensure_future(super().receive(channel))
        breaking = asyncio.ensure_future(self._broken.wait())
        try:
            await asyncio.wait({listening, breaking}, return_when=asyncio.FIRST_COMPLETED)
            self._check()
            return await listening
        finally:
            listening.cancel()
            breaking.cancel()
            await asyncio.gather(listening, breaking, return_exceptions=True)


class SlowLayer(InMemoryChannelLayer):
    """Joining and telling wait for `go`, as over a network that stalls."""

    def __init__(self):
        super().__init__()
        self.joining = self.telling = 0
        self.go = asyncio.Event()

    async def group_add(self, group, channel):
        self.joining += 1
        await self.go.wait()
        await super().group_add(group, channel)

    async def group_send(self, group, message):
        self.telling += 1
        await self.go.wait()
        await super().group_send(group, message)


class CountingLayer(InMemoryChannelLayer):
    """Counts how often a group is joined."""

    def __init__(self):
        super().__init__()
        self.joins = 0

    async def group_add(self, group, channel):
        self.joins += 1
        await super().group_add(group, channel)
