"""A process's membership in a room's group: order, gaps, fan-out.

Its readers see the log's changes in `seq` order, each once, whatever the channel layer drops,
repeats or reorders: an announcement that does not follow on is held for a moment, then the
missing range is read from the log, once for all.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chat import database
from chat.channel import announcements
from chat.channel.announcements import Announcement, Change, Ear
from chat.channel.group import GroupMembership
from chat.live import log_reader
from chat.live.presence import Presence
from chat.live.replay_buffer import Frame, ReplayBuffer, split_into_frames
from chat.live.subscription import Disconnect, Subscription
from chat.metrics import DELIVERIES, ECHO, GAPS, REPAIRS
from chat.models import Room
from chat.protocol.errors import CloseCode, Unavailable
from chat.protocol.frames import MAX_REPLAY
from chat.tasks import cancel

REORDER_WINDOW = 0.05, 0.15  # seconds to wait for what another process announced earlier
MAX_HELD = 100  # announcements that wait for an earlier one; the log has those beyond
SHORT_PASS = 0.002  # seconds; in a longer one enough others speak
STEP = 100  # changes read at once for who is behind, and held until they have taken them
SLICE = 100  # readers woken before others get their turn on the loop


class RoomHub:
    """One room in this process. Made by hubs.py, which also takes it down."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.users = 0  # connections that entered and did not leave
        self.ended: CloseCode | None = None
        self.epoch = ""
        self.title = ""
        self.pruned_upto = 0  # what is remembered here was read after this was pruned
        self.head = 0  # known and in order; readers are at `released`
        self.replay_buffer = ReplayBuffer(0, 0, [])
        self.presence = Presence(slug, self._wake_readers)
        self._ear = Ear(asyncio.get_running_loop(), self.hear)
        self._early: list[Announcement] | None = []  # heard before the log was read
        self._held: dict[tuple[int, int], Announcement] = {}
        self._rumour = 0  # the highest head anyone has told of
        self._pending: list[Change] = []  # in order, not yet released to readers
        self._received_at: float | None = None  # of the oldest post of ours among them
        self._subscriptions: dict[Subscription, None] = {}
        self._has_news = asyncio.Event()
        self._repairing: asyncio.Task[None] | None = None
        self._reading: dict[int, asyncio.Task[list[Frame]]] = {}
        self._membership = GroupMembership(
            announcements.group_name(slug), self._hear_event, self.presence.joined
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.create_task(self._open(), name=f"open {slug}")

    async def opened(self) -> None:
        """Return when the hub is ready for readers. Raises Unavailable."""
        await asyncio.shield(self._opening)

    async def _open(self) -> None:
        """Listen first, then read the log: the other way round loses what comes between."""
        announcements.listen(self.slug, self._ear)
        tail = await database.read(log_reader.latest, self.slug)
        self.epoch, self.title, self.head = tail.epoch, tail.title, tail.head
        self.pruned_upto = tail.pruned_upto
        self.replay_buffer = ReplayBuffer(tail.floor, tail.head, tail.changes)
        early, self._early = self._early or [], None
        for announcement in early:
            self.hear(announcement)
        self._tasks = [
            asyncio.create_task(run, name=f"{name} {self.slug}")
            for name, run in (
                ("fan-out", self._fan_out()),
                ("membership", self._membership.run()),
                ("presence", self.presence.run()),
            )
        ]

    async def close(self) -> None:
        """Leave nothing behind: no task, no group, no channel, no cyclic garbage."""
        announcements.unlisten(self.slug, self._ear)
        tasks = [self._opening, *self._tasks, *self._reading.values()]
        tasks += [self._repairing] if self._repairing else []
        await cancel(*tasks)
        await self.presence.farewell()
        await self._membership.leave()  # only now: until it is cancelled, it may still be joining
        # Break the reference cycles, so that reference counting frees the hub immediately.
        del self.presence, self._ear, self._membership, self._tasks, self._opening

    @property
    def is_open(self) -> bool:
        """Whether the hub knows its log."""
        return self._early is None

    @property
    def released(self) -> int:
        """How far readers may go now."""
        return self.replay_buffer.head

    @contextmanager
    def subscribed(self, subscription: Subscription) -> Iterator[Subscription]:
        """Wake `subscription` when there is news."""
        self._subscriptions[subscription] = None
        try:
            yield subscription
        finally:
            del self._subscriptions[subscription]

    def end(self, code: CloseCode) -> None:
        """Close every connection with `code`."""
        self.ended = code
        self._wake_readers()

    def hear(self, announcement: Announcement) -> None:
        """Take in what a process of ours says it stored."""
        if self._early is not None:
            self._early.append(announcement)
            return
        if announcement.title is not None and announcement.epoch == self.epoch:
            self.title = announcement.title  # those who enter from now on are told
        if announcement.epoch == self.epoch and announcement.head > self.head:
            self._rumour = max(self._rumour, announcement.head)
            if announcement.changes is not None and len(self._held) < MAX_HELD:
                self._held[announcement.after, announcement.head] = announcement
            self._received_at = self._received_at or announcement.received_at
            self._accept_held()
            if self._rumour > self.head:
                GAPS.inc()
                self._repair_soon()

    def hear_of_head(self, head: int) -> None:
        """The log is known to have come this far."""
        self._rumour = max(self._rumour, head)
        if head > self.head:
            self._repair_soon()

    async def reread(self, pruned_upto: int) -> None:
        """Remember only what the log still has. Raises Unavailable."""
        upto = self.released
        floor = max(0, upto - log_reader.KEPT)
        changes = await database.read(log_reader.changes_between, self.slug, floor, upto)
        self.replay_buffer = self.replay_buffer.replaced(floor, upto, changes)
        self.pruned_upto = pruned_upto

    async def starting_point(self, epoch: str, since: int) -> int | None:
        """The cursor at which a reader with the cursor (epoch, since) goes on; None where that
        cannot be proved to lose nothing, or would replay too much. Raises Unavailable."""
        if epoch != self.epoch or since < 0:
            return None
        if since > self.head:  # another process was faster: ask the log
            known = await database.read(Room.objects.log_states, [self.slug])
            found_epoch, head, *_ = known.get(self.slug, (self.epoch, 0))
            if found_epoch != self.epoch or head < since:
                return None
            self.hear_of_head(head)
            if self._repairing:
                await asyncio.shield(self._repairing)
        self._release()
        return since if 0 <= self.released - since <= MAX_REPLAY else None

    async def logged_frames(self, cursor: int) -> list[Frame]:
        """Frames from `cursor` on, from the log, some or all of the way to where readers are; one
        query for all who stand there. Raises Disconnect when that is too far, and Unavailable."""
        if self.released - cursor > MAX_REPLAY:
            raise Disconnect(CloseCode.LAGGING)
        reading = self._reading.get(cursor)
        if reading is None:
            upto = min(self.released, cursor + STEP)
            reading = asyncio.create_task(self._read_frames(cursor, upto))
            self._reading[cursor] = reading
            reading.add_done_callback(lambda _: self._reading.pop(cursor, None))
        return await asyncio.shield(reading)

    async def _read_frames(self, after: int, upto: int) -> list[Frame]:
        changes = await database.read(log_reader.changes_between, self.slug, after, upto)
        return split_into_frames(after, upto, changes)

    def _hear_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "room.changed":
            self.hear(announcements.heard(event))
        else:
            self.presence.hear(event)

    def _accept_held(self) -> None:
        while follows := [key for key in self._held if key[0] <= self.head]:
            announcement = self._held.pop(min(follows))
            self._accept(announcement.head, announcement.changes or [])

    def _accept(self, head: int, changes: list[Change]) -> None:
        """Go on to `head` with those of `changes` that are new."""
        if head > self.head:
            self._pending += [change for change in changes if change.seq > self.head]
            self.head = head
            self._has_news.set()

    def _repair_soon(self) -> None:
        if self._repairing is None:
            self._repairing = asyncio.create_task(self._repair(), name=f"repair {self.slug}")

    async def _repair(self) -> None:
        """Read from the log what did not come by itself."""
        try:
            await asyncio.sleep(random.uniform(*REORDER_WINDOW))
            while self._rumour > self.head:
                after = self.head
                upto = min(self._rumour, after + MAX_REPLAY)
                REPAIRS.inc()
                self._accept(
                    upto, await database.read(log_reader.changes_between, self.slug, after, upto)
                )
                self._accept_held()
        except Unavailable:
            pass  # the next announcement or look at the heads starts again
        finally:
            self._repairing = None

    async def _fan_out(self) -> None:
        """Release what is pending and wake the readers, pass after pass. What arrives during a
        pass leaves together in the next; a short one waits a little, or hardly anything would."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            began = time.perf_counter()
            received_at, self._received_at = self._received_at, None
            DELIVERIES.inc(self._release() * len(self._subscriptions))
            for number, subscription in enumerate(list(self._subscriptions), start=1):
                subscription.deliver()
                if number % SLICE == 0:
                    await asyncio.sleep(0)
            if received_at is not None:
                ECHO.observe(time.perf_counter() - received_at)
            if (took := time.perf_counter() - began) < SHORT_PASS:
                await asyncio.sleep(took / 4)

    def _release(self) -> int:
        """Let readers go on to the head; how many changes that gives them."""
        if self.head <= self.released:
            return 0
        pending, self._pending = self._pending, []
        self.replay_buffer.extend(self.head, pending)
        return len(pending)

    def _wake_readers(self) -> None:
        self._has_news.set()
