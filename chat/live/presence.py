"""One hub's presence and typing: sends and receives the events of roster.py.

`people_version` and `typing_version` grow with each change. A subscription that has sent an older
version sends the newest frame, so the versions in between cost it nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from chat.channel import group
from chat.channel.announcements import group_name
from chat.live.prepared_text import SharedText
from chat.live.roster import Roster, TypingPeople
from chat.protocol import frames
from chat.protocol.frames import MAX_PEOPLE, PeopleChanged, Person, Typing

COALESCE = 0.5  # seconds between two frames of a changing roster, or of the people typing
CROWD = 100  # connections; with more of them that pause grows, since each gets every frame
MAX_SENDING = 10  # events under way; heartbeats make up for those that are dropped
LONGEST = 5.0  # seconds that the pause grows to


class Presence:
    """Who is in a room and who types there, as this process knows it."""

    def __init__(self, slug: str, changed: Callable[[], None]) -> None:
        """`changed` is called when there is a new version."""
        self.people_version = 0
        self.typing_version = 0
        self._group = group_name(slug)
        self._changed = changed
        self._roster = Roster()
        self._typing = TypingPeople()
        self._news = asyncio.Event()
        self._people_changed = self._own_roster_changed = False
        self._typing_shown_at = 0.0  # monotonic
        self._showing_typing: asyncio.TimerHandle | None = None
        self._asking = False  # the other nodes for their rosters
        self._counted: tuple[int, tuple[list[Person], int]] | None = None
        self._frames: dict[str, tuple[int, SharedText]] = {}
        self._sender = group.BackgroundSender(MAX_SENDING)

    def enter(self, person: Person) -> None:
        """Count one more connection of `person`."""
        self._roster.enter(person)
        self._report_soon()

    def rename(self, person: Person) -> None:
        """Show `person`, who is here, under the new name."""
        self._roster.rename(person)
        if self._typing.rename(person):
            self._show_typing()
        self._report_soon()

    def leave(self, person: Person) -> None:
        """Count one connection of `person` less."""
        self._roster.leave(person.author_id)
        if self._typing.stop(person.author_id):
            self._show_typing()
        self._report_soon()

    def start_typing(self, person: Person) -> None:
        """Show `person` as typing for the next few seconds."""
        is_new, is_due = self._typing.start(person, time.monotonic())
        if is_new:
            self._show_typing()
            self._news.set()  # `run` has an earlier expiry to wait for
        if is_due:
            self._send_typing("typing.started", author_id=person.author_id, name=person.name)

    def stop_typing(self, author_id: str) -> None:
        """Stop showing as typing someone who posted."""
        if self._typing.stop(author_id):
            self._show_typing()
            self._send_typing("typing.stopped", author_id=author_id)

    def on_event(self, event: dict[str, Any]) -> None:
        """Handle an event of the group, which may be our own."""
        if self._roster.peers.is_own(event):
            if event["type"] == "people.ask":
                self._asking = False  # the question arrived here, so the answers will
            return
        now = time.monotonic()
        if event["type"] == "people.ask":
            self._report(now)
        elif event["type"] == "people.here" and self._roster.update(event, now):
            self._people_changed = True
            self._news.set()
        elif event["type"] == "typing.started":
            is_new, _ = self._typing.start(Person(event["author_id"], event["name"]), now)
            if is_new:
                self._show_typing()
                self._news.set()
        elif event["type"] == "typing.stopped" and self._typing.stop(event["author_id"]):
            self._show_typing()

    def on_join(self) -> None:
        """Ask the other nodes for their rosters until our own question arrives here: only then
        does the membership certainly receive events."""
        self._asking = True
        self._news.set()

    def people_with(self, newcomer: Person) -> tuple[list[Person], int]:
        """The first people here by name, and how many in all. They are those of the current
        version plus `newcomer`: when many arrive, the list is not built anew for each."""
        people, count = self._people()
        if newcomer in people:
            return people, count
        return [*people, newcomer][-MAX_PEOPLE:], count + 1

    def people(self) -> list[Person]:
        """The first people here by name."""
        return self._people()[0]

    def count(self) -> int:
        """How many people are here, as far as this process knows."""
        return self._people()[1]

    @property
    def pause(self) -> float:
        """Seconds between two lists of people, or of people typing; longer in a large room."""
        return min(COALESCE * max(1.0, self._roster.connections / CROWD), LONGEST)

    def people_frame(self) -> SharedText:
        """`people.changed` as of now, encoded once per version."""
        return self._frame("people", self.people_version, lambda: PeopleChanged(*self._people()))

    def typing_frame(self) -> SharedText:
        """`typing` as of now, encoded once per version."""
        return self._frame("typing", self.typing_version, lambda: Typing(self._typing.people()))

    async def run(self) -> None:
        """Show changes, and send reports and heartbeats, until cancelled."""
        lists_at = 0.0  # monotonic; when people may be shown and reported again
        while True:
            await self._wait_for_news()
            self._news.clear()
            now = time.monotonic()
            if self._typing.expire(now):
                self._show_typing()
            self._people_changed |= self._roster.peers.expire(now)
            reports = self._own_roster_changed or now >= self._roster.peers.heartbeat_at
            has_lists = self._people_changed or reports or self._asking
            if has_lists and now < lists_at:
                self._news.set()  # check again after COALESCE: someone may have stopped typing
            elif has_lists:
                lists_at = now + self.pause
                if self._people_changed:
                    self._people_changed = False
                    self.people_version += 1
                    self._changed()
                if reports:
                    self._report(now)
                if self._asking:
                    self._send({"type": "people.ask", "node": self._roster.peers.node})
            await asyncio.sleep(COALESCE)

    async def close(self) -> None:
        """Report immediately that nobody is here any more, unless the other nodes know it."""
        if self._own_roster_changed:
            await group.send(self._group, self._roster.event())

    async def _wait_for_news(self) -> None:
        if self._asking:
            return
        heartbeat_at = self._roster.peers.heartbeat_at
        until = min(heartbeat_at, self._typing.next_expiry() or heartbeat_at)
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await self._news.wait()
        except TimeoutError:
            pass

    def _report_soon(self) -> None:
        self._people_changed = self._own_roster_changed = True
        self._news.set()

    def _show_typing(self) -> None:
        """Show the first change immediately, and those that follow within a pause in one frame."""
        if self._showing_typing is None:
            wait = self._typing_shown_at + self.pause - time.monotonic()
            loop = asyncio.get_running_loop()
            self._showing_typing = loop.call_later(max(0.0, wait), self._show_typing_now)

    def _show_typing_now(self) -> None:
        self._showing_typing = None
        self._typing_shown_at = time.monotonic()
        self.typing_version += 1
        self._changed()

    def _report(self, now: float) -> None:
        self._own_roster_changed = False
        self._roster.peers.sent(now)
        self._send(self._roster.event())

    def _send_typing(self, event_type: str, **fields: str) -> None:
        self._send({"type": event_type, "node": self._roster.peers.node, **fields})

    def _send(self, event: dict[str, Any]) -> None:
        self._sender.send(self._group, event)

    def _people(self) -> tuple[list[Person], int]:
        if self._counted is None or self._counted[0] != self.people_version:
            self._counted = (self.people_version, self._roster.people())
        return self._counted[1]

    def _frame(self, kind: str, version: int, make: Callable[[], Any]) -> SharedText:
        known = self._frames.get(kind)
        if known is None or known[0] != version:
            known = self._frames[kind] = (version, SharedText(frames.encode(make())))
        return known[1]
