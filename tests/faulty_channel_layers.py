"""Channel layers with faults, or that record their use, and `remote_only`, which relies on them."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from random import Random

from channels.layers import InMemoryChannelLayer, channel_layers

from chat.channel import announcements


def use(layer):
    """Make `layer` the channel layer until the test ends."""
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


class UnreliableLayer(InMemoryChannelLayer):
    """Drops, repeats, delays and reorders events, reproducibly for a seed."""

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


class SilentLayer(InMemoryChannelLayer):
    """Accepts every event and delivers none until `delivers` is set."""

    def __init__(self):
        super().__init__()
        self.taken = 0
        self.delivers = False

    async def send(self, channel, message):
        self.taken += 1
        if self.delivers:
            await super().send(channel, message)

    async def group_send(self, group, message):
        self.taken += 1
        if self.delivers:
            await super().group_send(group, message)


class LosesFirstLayer(InMemoryChannelLayer):
    """Loses the first event of each type, as when a subscription takes effect a moment late."""

    def __init__(self):
        super().__init__()
        self._lost = set()

    async def send(self, channel, message):
        if message["type"] in self._lost:
            await super().send(channel, message)
        self._lost.add(message["type"])

    async def group_send(self, group, message):
        if message["type"] in self._lost:
            await super().group_send(group, message)
        self._lost.add(message["type"])


class ManualLayer(InMemoryChannelLayer):
    """Keeps announcements until the test delivers them."""

    def __init__(self):
        super().__init__()
        self.kept = []

    async def group_send(self, group, message):
        if message["type"] == "room.changed":
            self.kept.append((group, message))
        else:
            await super().group_send(group, message)

    async def deliver(self, number):
        """Deliver the announcement that was published as the `number`th, counted from 0."""
        await super().group_send(*self.kept[number])


class BrokenLayer(InMemoryChannelLayer):
    """Raises at every call until `repair` is called, and again after `fail`, which also clears
    its groups."""

    def __init__(self, *, broken=True):
        super().__init__(capacity=10_000)
        self._broken = asyncio.Event()
        if broken:
            self.fail()

    def fail(self):
        self.groups.clear()
        self._broken.set()

    def repair(self):
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
        """Raises in every waiting `receive` when the layer fails, as a lost connection does."""
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
    """Joining and sending wait for `go`, as over a network that stalls."""

    def __init__(self):
        super().__init__()
        self.joining = self.sending = 0
        self.go = asyncio.Event()

    async def group_add(self, group, channel):
        self.joining += 1
        await self.go.wait()
        await super().group_add(group, channel)

    async def group_send(self, group, message):
        self.sending += 1
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


class RecordingLayer(InMemoryChannelLayer):
    """Keeps what is sent to groups in `sent`, in JSON's types, as Redis delivers it. Sending waits
    for `go`, which is set at first."""

    def __init__(self):
        super().__init__()
        self.sent = []
        self.go = asyncio.Event()
        self.go.set()

    async def group_send(self, group, message):
        self.sent.append((group, json.loads(json.dumps(message))))
        await self.go.wait()
        await super().group_send(group, message)
