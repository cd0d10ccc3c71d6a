"""One hub's presence and typing: carries the events of roster.py between nodes and to the hub.

`people_version` and `typing_version` grow with each change; a reader that has shown an older
version takes the newest frame, so changes that it missed in between cost nothing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from chat.channel import group
from chat.channel.announcements import group_name
from chat.live.prepared_text import SharedText
from chat.live.roster import Roster, TypingPeople
from chat.protocol import frames
from chat.protocol.frames import MAX_PEOPLE, PeopleChanged, Person, Typing

HEARTBEAT = 10  # seconds between two tellings of an unchanged roster
# Where no other node is known: a node that comes asks, so this only helps where that was lost too.
HEARTBEAT_ALONE = 60  # seconds
COALESCE = 0.5  # seconds between two frames of a changing roster, or of those typing
CROWD = 100  # connections; with more of them that pause grows, for each frame goes to them all
MAX_SENDING = 10  # events under way; heartbeats make up for those that are dropped
LONGEST = 5.0  # seconds, however many they are


class Presence:
    """Who is in a room and who types there, as this process knows it."""

    def __init__(self, slug: str, changed: Callable[[], None]) -> None:
        """`changed` is called when readers have something new to show."""
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
        self._asking = False  # who is on the other nodes
        self._counted: tuple[int, tuple[list[Person], int]] | None = None
        self._frames: dict[str, tuple[int, SharedText]] = {}
        self._sender = group.BackgroundSender(MAX_SENDING)

    def enter(self, person: Person) -> None:
        """One more connection of `person`."""
        self._roster.enter(person)
        self._tell_soon()

    def rename(self, person: Person) -> None:
        """`person`, who is here, has a new name."""
        self._roster.rename(person)
        if self._typing.rename(person):
            self._show_typing()
        self._tell_soon()

    def leave(self, person: Person) -> None:
        """One connection of `person` less."""
        self._roster.leave(person.author_id)
        if self._typing.stop(person.author_id):
            self._show_typing()
        self._tell_soon()

    def start_typing(self, person: Person) -> None:
        """`person` types, for the next few seconds."""
        is_news, is_worth_telling = self._typing.start(person, time.monotonic())
        if is_news:
            self._show_typing()
            self._news.set()  # the loop has an earlier expiry to wait for
        if is_worth_telling:
            event = {"type": "typing.started", "node": self._roster.node}
            self._tell(event | {"author_id": person.author_id, "name": person.name})

    def stop_typing(self, author_id: str) -> None:
        """They posted."""
        if self._typing.stop(author_id):
            self._show_typing()
            event = {"type": "typing.stopped", "node": self._roster.node}
            self._tell(event | {"author_id": author_id})

    def hear(self, event: dict[str, Any]) -> None:
        """Take in an event from the group, our own included."""
        if event["node"] == self._roster.node:
            if event["type"] == "people.ask":
                self._asking = False  # who hears the question hears the answers
            return
        now = time.monotonic()
        if event["type"] == "people.ask":
            self._tell(self._roster.event())
        elif event["type"] == "people.here" and self._roster.hear(event, now):
            self._people_changed = True
            self._news.set()
        elif event["type"] == "typing.started":
            person = Person(event["author_id"], event["name"])
            is_news, _ = self._typing.start(person, now)
            if is_news:
                self._show_typing()
                self._news.set()
        elif event["type"] == "typing.stopped" and self._typing.stop(event["author_id"]):
            self._show_typing()

    def joined(self) -> None:
        """We hear the group from about now on: ask who else is here, until we hear us ask."""
        self._asking = True
        self._news.set()

    def people_with(self, newcomer: Person) -> tuple[list[Person], int]:
        """The first people here by name, and how many in all. As of the current version, which
        may not have `newcomer` yet: in a wave of arrivals nobody counts them all each time."""
        people, count = self._people()
        if newcomer in people:
            return people, count
        return [*people, newcomer][-MAX_PEOPLE:], count + 1

    def count(self) -> int:
        """How many people are here, as far as this process has heard."""
        return self._people()[1]

    def people_frame(self) -> SharedText:
        """`people.changed` as of now, encoded once per version."""
        return self._frame("people", self.people_version, lambda: PeopleChanged(*self._people()))

    def typing_frame(self) -> SharedText:
        """`typing` as of now, encoded once per version."""
        return self._frame("typing", self.typing_version, lambda: Typing(self._typing.people()))

    async def run(self) -> None:
        """Keep the room up to date until cancelled, then tell the others that we left."""
        told_at = lists_at = 0.0  # monotonic; the last telling, and when lists may be sent again
        share = random.uniform(0.8, 1)  # rooms that were opened together do not beat together
        while True:
            heartbeat = share * (HEARTBEAT if self._roster.knows_others else HEARTBEAT_ALONE)
            await self._wait_for_news(told_at + heartbeat)
            self._news.clear()
            now = time.monotonic()
            if self._typing.expire(now):
                self._show_typing()
            self._people_changed |= self._roster.expire(now)
            tells = self._own_roster_changed or now - told_at >= heartbeat
            has_lists = self._people_changed or tells or self._asking
            if has_lists and now < lists_at:
                self._news.set()  # look again after COALESCE: someone may have stopped typing
            elif has_lists:
                lists_at = now + self._pause()
                if self._people_changed:
                    self._people_changed = False
                    self.people_version += 1
                    self._changed()
                if tells:
                    self._own_roster_changed = False
                    told_at = now
                    self._tell(self._roster.event())
                if self._asking:
                    self._tell({"type": "people.ask", "node": self._roster.node})
            await asyncio.sleep(COALESCE)

    async def farewell(self) -> None:
        """Tell the other nodes at once that nobody is here any more, if they do not know it."""
        if self._own_roster_changed:
            await group.send(self._group, self._roster.event())

    async def _wait_for_news(self, heartbeat_at: float) -> None:
        if self._asking:
            return
        until = min(heartbeat_at, self._typing.next_expiry() or heartbeat_at)
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await self._news.wait()
        except TimeoutError:
            pass

    def _tell_soon(self) -> None:
        self._people_changed = self._own_roster_changed = True
        self._news.set()

    def _show_typing(self) -> None:
        """Show the first change immediately, and those that follow it closely in one frame."""
        if self._showing_typing is None:
            wait = self._typing_shown_at + self._pause() - time.monotonic()
            loop = asyncio.get_running_loop()
            self._showing_typing = loop.call_later(max(0.0, wait), self._show_typing_now)

    def _show_typing_now(self) -> None:
        self._showing_typing = None
        self._typing_shown_at = time.monotonic()
        self.typing_version += 1
        self._changed()

    def _pause(self) -> float:
        """Seconds between two frames of a kind."""
        return min(COALESCE * max(1.0, self._roster.connections / CROWD), LONGEST)

    def _tell(self, event: dict[str, Any]) -> None:
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
