"""One room in this process: its group, its replay buffer and its readers.

Readers see the log's changes in `seq` order, each once, whatever the channel layer drops, repeats
or reorders: the sequencer puts them in order, and what is missing after a short wait is read from
the log, once for all readers.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from typing import Any

from chat import database
from chat.channel import announcements
from chat.channel.announcements import Announcement, Change, LocalListener
from chat.channel.group import GroupMembership
from chat.live import log_reader
from chat.live.fan_out import FanOut
from chat.live.log_entries import Entry, LoggedSweep
from chat.live.log_frames import LogFrames
from chat.live.presence import Presence
from chat.live.replay_buffer import Frame, ReplayBuffer
from chat.live.room_moderation import RoomModeration
from chat.live.sequencer import Sequencer
from chat.metrics import GAPS, REPAIRS
from chat.models import Room
from chat.protocol.errors import CloseCode, Disconnect, Unavailable
from chat.protocol.frames import MAX_REPLAY, MAX_REPLAY_SEQS
from chat.tasks import cancel

REORDER_WINDOW = 0.05, 0.15  # seconds to wait for a missing announcement before reading the log
MAX_BEFORE_OPEN = 100  # announcements kept while the log is read for the first time


class RoomHub:
    """A room's hub. HubRegistry creates and closes it."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.users = 0  # connections in the room
        self.ended: CloseCode | None = None
        self.epoch = ""
        self.title = ""
        self.pruned_upto = 0  # the replay buffer reflects pruning up to this seq
        self.replay_buffer = ReplayBuffer(0, 0, [])
        self.fan_out = FanOut(self.release)
        self.presence = Presence(slug, self.fan_out.show_news)
        self.moderation = RoomModeration(slug, self.fan_out.show_news)
        self._listener = LocalListener(asyncio.get_running_loop(), self.on_announcement)
        self._sequencer = Sequencer(0)
        self._before_open: deque[Announcement] | None = deque(maxlen=MAX_BEFORE_OPEN)
        self._unreleased: list[Entry] = []  # in order; the next pass gives them to readers
        self._repairing: asyncio.Task[None] | None = None
        self._log_frames = LogFrames(slug)
        self._membership = GroupMembership(
            announcements.group_name(slug), self._on_event, self.presence.on_join
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.create_task(self._open(), name=f"open {slug}")

    async def opened(self) -> None:
        """Return when the hub is ready for readers. Raises Unavailable."""
        await asyncio.shield(self._opening)

    async def _open(self) -> None:
        """Subscribe first, then read the log: a change between the two is not lost."""
        announcements.subscribe(self.slug, self._listener)
        tail = await database.read(log_reader.latest, self.slug)
        self.epoch, self.title, self.pruned_upto = tail.epoch, tail.title, tail.pruned_upto
        await self.moderation.open(tail.moderation_version)
        self._sequencer = Sequencer(tail.head)
        self.replay_buffer = ReplayBuffer(tail.floor, tail.head, tail.changes, tail.newest)
        before_open, self._before_open = self._before_open or (), None
        for announcement in before_open:
            self.on_announcement(announcement)
        self._tasks = [
            asyncio.create_task(run, name=f"{name} {self.slug}")
            for name, run in (
                ("fan-out", self.fan_out.run()),
                ("membership", self._membership.run()),
                ("presence", self.presence.run()),
            )
        ]

    async def close(self) -> None:
        """Leave nothing behind: no task, no group, no channel, no cyclic garbage."""
        announcements.unsubscribe(self.slug, self._listener)
        await cancel(self._opening, *self._tasks, *self._log_frames.tasks)
        await self.presence.close()
        await self._membership.leave()  # only now: until it is cancelled, it may still be joining
        if self._repairing:  # only now: until we have left, an event may start one
            await cancel(self._repairing)
        await self.moderation.close()  # the same
        # Break the reference cycles, so that reference counting frees the hub immediately.
        del (
            self.presence,
            self.moderation,
            self.fan_out,
            self._listener,
            self._membership,
            self._tasks,
            self._opening,
        )

    @property
    def is_open(self) -> bool:
        """Whether the hub has read its log."""
        return self._before_open is None

    @property
    def head(self) -> int:
        """The head of the log as far as its changes are here, in order."""
        return self._sequencer.head

    @property
    def released(self) -> int:
        """How far readers may read; the next pass moves it to `head`."""
        return self.replay_buffer.head

    def end(self, code: CloseCode) -> None:
        """Close every connection with `code`."""
        self.ended = code
        self.fan_out.wake()

    def on_announcement(self, announcement: Announcement) -> None:
        """Accept what this process or another one announced."""
        if self._before_open is not None:
            self._before_open.append(announcement)
            return
        if announcement.epoch != self.epoch:
            return  # of another log; HubRegistry compares the epochs
        if announcement.title is not None:
            self.title = announcement.title  # for the next `welcome`
        if announcement.moderation is not None:
            self.moderation.on_version(announcement.moderation)
        if announcement.head > self.head:
            self.fan_out.measure_from(announcement.received_at)
            self._release_soon(self._sequencer.offer(announcement))
            if self._sequencer.missing:
                GAPS.inc()
                self._repair_soon(may_arrive=announcement.changes is not None)

    def on_head(self, head: int) -> None:
        """The log in the database reaches `head`."""
        self._sequencer.note_head(head)
        if self._sequencer.missing:
            self._repair_soon()

    def release(self) -> int:
        """Let readers read up to the head; returns how many changes that adds."""
        if self.head <= self.released:
            return 0
        released, self._unreleased = self._unreleased, []
        self.replay_buffer.extend(self.head, released)
        return len(released)

    async def reread(self, pruned_upto: int) -> None:
        """Drop what was pruned from the log. Raises Unavailable."""
        upto = self.released
        floor = max(0, upto - log_reader.INITIAL_CHANGES)
        newest = await database.read(log_reader.newest_messages, self.slug, upto)
        changes = await database.read(log_reader.changes_between, self.slug, floor, upto)
        fresh = self.replay_buffer.replaced(floor, upto, changes, newest)
        if fresh is not self.replay_buffer:  # otherwise the next poll tries again
            self.replay_buffer = fresh
            self.pruned_upto = pruned_upto

    async def starting_point(self, epoch: str, since: int) -> int | None:
        """The cursor at which a reader that resumes from (epoch, since) continues; None where
        changes could be lost, or too many would be replayed. Raises Unavailable."""
        if epoch != self.epoch or since < 0:
            return None
        if since > self.head:  # another process announced it, and we have not received that yet
            known = await database.read(Room.objects.log_states, [self.slug])
            found_epoch, head, *_ = known.get(self.slug, (self.epoch, 0))
            if found_epoch != self.epoch or head < since:
                return None
            self.on_head(head)
            if self._repairing:
                await asyncio.shield(self._repairing)
        self.release()
        return since if since <= self.released and await self._can_replay(since) else None

    async def logged_frames(self, cursor: int) -> list[Frame]:
        """The next frames after `cursor`, read from the log. Raises Disconnect when the reader is
        too far behind, and Unavailable."""
        if not await self._can_replay(cursor):
            raise Disconnect(CloseCode.LAGGING)
        return await self._log_frames.read(cursor, self.released)

    async def _can_replay(self, cursor: int) -> bool:
        """Whether at most MAX_REPLAY messages have been changed since `cursor`. A message that was
        changed often counts once. Raises Unavailable."""
        seqs = self.released - cursor
        if seqs <= MAX_REPLAY or cursor >= self.replay_buffer.floor:
            return True
        if seqs > MAX_REPLAY_SEQS:
            return False
        limit = MAX_REPLAY + 1
        count = log_reader.count_between
        return await database.read(count, self.slug, cursor, self.released, limit) < limit

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "room.changed":
            self.on_announcement(announcements.from_event(event))
        else:
            self.presence.on_event(event)

    def _release_soon(self, changes: list[Entry]) -> None:
        """Let the next pass give readers `changes`, which the sequencer put in order."""
        self._unreleased += changes
        if self.head > self.released:
            self.fan_out.wake()

    def _repair_soon(self, *, may_arrive: bool = True) -> None:
        if self._repairing is None:
            repair = self._repair(random.uniform(*REORDER_WINDOW) if may_arrive else 0)
            self._repairing = asyncio.create_task(repair, name=f"repair {self.slug}")

    async def _repair(self, wait: float) -> None:
        """Read from the log what the sequencer still misses after `wait` seconds."""
        try:
            await asyncio.sleep(wait)
            while missing := self._sequencer.missing:
                part = missing[:MAX_REPLAY]
                after, upto = part[0] - 1, part[-1]
                REPAIRS.inc()
                changes = await database.read(log_reader.changes_between, self.slug, after, upto)
                changes = [await self._with_restored(each, changes) for each in changes]
                self._release_soon(self._sequencer.fill(upto, changes))
        except Unavailable:
            pass  # the next announcement or poll of the heads tries again
        finally:
            self._repairing = None

    async def _with_restored(self, entry: Entry, entries: Sequence[Entry]) -> Entry:
        """A sweep that was undone with the messages that are here without their text. They are
        known now: what is posted meanwhile comes after the sweep."""
        if isinstance(entry, Change) or entry.sweep.on:
            return entry
        others = [each for each in (*self._unreleased, *entries) if isinstance(each, Change)]
        seqs = {each.message_seq for each in others if entry.covers(each.message_seq)}
        seqs.update(self.replay_buffer.seqs_covered_by(entry))
        author_id = entry.sweep.author_id
        found = await database.read(log_reader.changes_of, self.slug, author_id, seqs)
        return LoggedSweep(entry.seq, entry.sweep, found)
