"""Who is in a room and who is typing, without a table.

Each hub reports its own roster to the group, and keeps those of the others while they are fresh.
Pure: presence.py sends the events and passes the time.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from chat.live.expiring_peers import ExpiringPeers
from chat.protocol.frames import MAX_PEOPLE, Person

PRESENCE_TTL = 30  # seconds that a node's roster is kept
HEARTBEAT = 10  # seconds between two reports of an unchanged roster
# While no other node is known. A node that joins asks, so this only matters if that was lost.
HEARTBEAT_ALONE = 60  # seconds
TYPING_TTL = 5  # seconds that one typing.start lasts
TYPING_REPEAT = 2  # seconds until a repeated typing.start is sent to other nodes again
MAX_TYPING = 10  # people listed as typing

People = tuple[dict[str, str], int]  # names by author_id, the first MAX_PEOPLE; and how many


class Roster:
    """The people of a room, by node."""

    def __init__(self) -> None:
        self.peers: ExpiringPeers[People] = ExpiringPeers(
            ttl=PRESENCE_TTL, heartbeat=HEARTBEAT, heartbeat_alone=HEARTBEAT_ALONE
        )
        self._sockets: Counter[str] = Counter()
        self._names: dict[str, str] = {}

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
        """The number of connections to this node."""
        return self._sockets.total()

    def event(self) -> dict[str, Any]:
        """This node's roster, for the group."""
        people = list(self._names.items())[:MAX_PEOPLE]
        return {
            "type": "people.here",
            "node": self.peers.node,
            "people": people,
            "count": len(self._names),
        }

    def update(self, event: dict[str, Any], now: float) -> bool:
        """Take another node's roster from its event; returns whether anything changed."""
        if not event["count"]:
            return self.peers.forget(event["node"])
        return self.peers.update(event["node"], (dict(event["people"]), event["count"]), now)

    def people(self) -> tuple[list[Person], int]:
        """The first MAX_PEOPLE here by name, and how many in all.

        Someone on two nodes counts once, as long as every roster is listed whole.
        """
        names = dict(self._names)
        unlisted = 0
        for people, count in self.peers.reports():
            names |= people
            unlisted += count - len(people)
        listed = sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))
        people_here = [Person(author_id, name) for author_id, name in listed[:MAX_PEOPLE]]
        return people_here, len(names) + unlisted


class TypingPeople:
    """Those whose last typing.start is younger than TYPING_TTL."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, Person]] = {}
        self._repeat_at: dict[str, float] = {}  # when a repeated typing.start is sent again

    def start(self, person: Person, now: float) -> tuple[bool, bool]:
        """Note a typing.start; returns whether the list changed, and whether to send it on."""
        _, known = self._until.get(person.author_id, (0.0, None))
        self._until[person.author_id] = (now + TYPING_TTL, person)
        is_due = now >= self._repeat_at.get(person.author_id, now)
        if is_due:
            self._repeat_at[person.author_id] = now + TYPING_REPEAT
        return known != person, is_due

    def rename(self, person: Person) -> bool:
        """Show `person` under the new name; returns whether they are typing."""
        until, _ = self._until.get(person.author_id, (0.0, None))
        if until:
            self._until[person.author_id] = (until, person)
        return bool(until)

    def stop(self, author_id: str) -> bool:
        """Remove someone who posted or left; returns whether they were typing."""
        self._repeat_at.pop(author_id, None)
        return self._until.pop(author_id, None) is not None

    def expire(self, now: float) -> bool:
        """Remove those who stopped typing; returns whether there were any."""
        paused = [author for author, (until, _) in self._until.items() if until <= now]
        for author in paused:
            self.stop(author)
        return bool(paused)

    def next_expiry(self) -> float | None:
        """When `expire` has something to remove."""
        return min((until for until, _ in self._until.values()), default=None)

    def people(self) -> list[Person]:
        """Those typing now, the first MAX_TYPING of them."""
        return [person for _, person in list(self._until.values())[:MAX_TYPING]]
