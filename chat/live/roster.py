"""Who is in a room and who is typing, without a table.

Each hub tells the group its own roster when it changes and as a heartbeat, and holds those of
the others until they are PRESENCE_TTL old. Lost events and crashed nodes heal by themselves.
Pure: presence.py carries the events and keeps the time.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

from chat.protocol.frames import MAX_PEOPLE, Person

PRESENCE_TTL = 30  # seconds that an unheard roster lives
TYPING_TTL = 5  # seconds that one typing.start lives
TYPING_ECHO = 2  # seconds in which a repeated typing.start is not told again
MAX_TYPING = 10  # people listed as typing


class Roster:
    """The people of a room, by node."""

    def __init__(self) -> None:
        self.node = secrets.token_hex(8)
        self._sockets: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        self._others: dict[str, tuple[float, dict[str, str], int]] = {}

    @property
    def knows_others(self) -> bool:
        """Whether another node has people here, as far as this one has heard."""
        return bool(self._others)

    def enter(self, person: Person) -> None:
        """Count one more connection of `person`."""
        self._sockets[person.author_id] += 1
        self._names[person.author_id] = person.name

    def rename(self, person: Person) -> None:
        """Show `person`, who is here, under the new name."""
        self._names[person.author_id] = person.name

    def leave(self, author_id: str) -> None:
        """Count one connection less."""
        self._sockets[author_id] -= 1
        if self._sockets[author_id] <= 0:
            del self._sockets[author_id]
            del self._names[author_id]

    @property
    def connections(self) -> int:
        """How many there are on this node."""
        return self._sockets.total()

    def event(self) -> dict[str, Any]:
        """This node's roster, for the group."""
        people = list(self._names.items())[:MAX_PEOPLE]
        return {
            "type": "people.here",
            "node": self.node,
            "people": people,
            "count": len(self._names),
        }

    def hear(self, event: dict[str, Any], now: float) -> bool:
        """Take in another node's roster; says whether it was news."""
        if event["node"] == self.node:
            return False
        people = dict(event["people"])
        known = self._others.get(event["node"])
        if event["count"]:
            self._others[event["node"]] = (now + PRESENCE_TTL, people, event["count"])
        else:
            self._others.pop(event["node"], None)
        return (known[1:] if known else ({}, 0)) != (people, event["count"])

    def expire(self, now: float) -> bool:
        """Forget nodes not heard of; says whether there were any."""
        silent = [node for node, (until, _, _) in self._others.items() if until < now]
        for node in silent:
            del self._others[node]
        return bool(silent)

    def people(self) -> tuple[list[Person], int]:
        """The first MAX_PEOPLE here by name, and how many in all.

        Someone on two nodes counts once, as long as every roster is listed whole.
        """
        names = dict(self._names)
        unlisted = 0
        for _, people, count in self._others.values():
            names |= people
            unlisted += count - len(people)
        listed = sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
        people_here = [Person(author_id, name) for author_id, name in listed[:MAX_PEOPLE]]
        return people_here, len(names) + unlisted


class TypingPeople:
    """Those whose last typing.start is younger than TYPING_TTL."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, Person]] = {}
        self._tell_at: dict[str, float] = {}  # when a repeated typing.start is told again

    def start(self, person: Person, now: float) -> tuple[bool, bool]:
        """Note a typing.start; says whether the list changed, and whether to tell other nodes."""
        _, known = self._until.get(person.author_id, (0.0, None))
        self._until[person.author_id] = (now + TYPING_TTL, person)
        is_echo = now < self._tell_at.get(person.author_id, now)
        if not is_echo:
            self._tell_at[person.author_id] = now + TYPING_ECHO
        return known != person, not is_echo

    def rename(self, person: Person) -> bool:
        """Show `person` under the new name; says whether they are typing."""
        until, _ = self._until.get(person.author_id, (0.0, None))
        if until:
            self._until[person.author_id] = (until, person)
        return bool(until)

    def stop(self, author_id: str) -> bool:
        """They posted or left; says whether they had been typing."""
        self._tell_at.pop(author_id, None)
        return self._until.pop(author_id, None) is not None

    def expire(self, now: float) -> bool:
        """Forget those who paused; says whether there were any."""
        paused = [author for author, (until, _) in self._until.items() if until <= now]
        for author in paused:
            self.stop(author)
        return bool(paused)

    def next_expiry(self) -> float | None:
        """When `expire` has something to do."""
        return min((until for until, _ in self._until.values()), default=None)

    def people(self) -> list[Person]:
        """Those typing now, the first MAX_TYPING of them."""
        return [person for _, person in list(self._until.values())[:MAX_TYPING]]
