"""A client receives exactly the log, however it is split into frames."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import count

import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from chat import database  # noqa: E402
from chat.services.messages import write_log  # noqa: E402
from tests.faulty_channel_layers import UnreliableLayer, remote_only, use  # noqa: E402
from tests.posts import posts  # noqa: E402
from tests.sockets import enter  # noqa: E402

rooms = count(1)


class Reader:
    """A reader that connects and disconnects, and records what it received."""

    def __init__(self, slug):
        self.slug = slug
        self.cursor = None
        self.seen = []
        self._stack = None

    async def come(self):
        self._stack = AsyncExitStack()
        self.socket = await self._stack.enter_async_context(enter(self.slug, cursor=self.cursor))
        assert not self.socket.welcome["reset"]

    async def leave(self):
        await self._stack.aclose()
        self._stack = None
        if self.socket.cursor is not None:
            self.cursor = (self.socket.welcome["epoch"], self.socket.cursor)
        self.seen += self.socket.messages

    async def come_or_leave(self):
        if self._stack is None:
            await self.come()
        else:
            await self.leave()

    async def catch_up(self, head):
        if self._stack is None:
            await self.come()
        await self.socket.bodies(until=head)
        await self.leave()


async def history(slug):
    """The whole log, as a newcomer reads it."""
    async with enter(slug) as newcomer:
        messages, more = newcomer.messages, bool(newcomer.start)
        while more:
            page = await newcomer.command("history.fetch", before=messages[0]["seq"], limit=7)
            messages, more = page["messages"] + messages, page["more"]
    return messages


async def live(seed, steps):
    use(UnreliableLayer(seed))
    slug, head = f"room-{next(rooms)}", 0
    alice, bob = Reader(slug), Reader(slug)
    await alice.come()
    for step in steps:
        if step == "alice":
            await alice.come_or_leave()
        elif step == "bob":
            await bob.come_or_leave()
        else:
            with remote_only(slug):
                await database.write(write_log, posts(step, slug=slug))
            head += step
            await asyncio.sleep(0)
    for reader in (alice, bob):
        await reader.catch_up(head)

    log = await history(slug)

    assert [message["seq"] for message in log] == list(range(1, head + 1))
    assert alice.seen == log
    assert bob.seen == log[len(log) - len(bob.seen) :]


@pytest.mark.django_db(transaction=True)
@given(
    seed=st.integers(0, 1000),
    steps=st.lists(st.sampled_from(["alice", "bob", 1, 2, 60]), min_size=5, max_size=25),
)
@hypothesis.settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_history_and_changes_make_up_the_log(seed, steps, quick_polls):
    asyncio.run(live(seed, steps))
