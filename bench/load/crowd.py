"""A group of connections: how they open, what they received together, how they close."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from picows import ws_connect

from bench.load.chat import ChatPerson
from bench.load.faults import Faults
from bench.load.nats import NatsPerson
from bench.load.person import Person
from bench.load.plain import PlainPerson, TutorialPerson
from bench.load.reactions import ReactingPerson
from bench.load.spec import Group, Spec
from bench.load.talk import Talk

DIALECTS: dict[str, type[Person]] = {
    "chat.v1": ChatPerson,
    "reactions": ReactingPerson,
    "plain": PlainPerson,
    "tutorial": TutorialPerson,
    "nats": NatsPerson,
}
HANDSHAKE = 60  # seconds that a busy server may take
READ_BUFFER = 8 * 1024  # bytes of each connection at first


class Crowd:
    """The people of one group, and what they send."""

    def __init__(self, spec: Spec, group: Group, faults: Faults) -> None:
        kind = DIALECTS[spec.dialect]
        self._spec = spec
        self._group = group
        self._rooms = [kind.new_room(group.talkers, faults) for _ in range(group.rooms)]
        self.people: list[Any] = [
            kind(who, self._rooms[who % group.rooms], faults) for who in range(group.people)
        ]
        self.talk = Talk(self.people[: group.talkers], group.rate)

    async def gather(self) -> None:
        """Return when everybody is live."""
        door = asyncio.Semaphore(self._spec.at_once)

        async def enter(person: Person) -> None:
            async with door:
                await self.connect(person)
                await person.live

        await all_of(enter(person) for person in self.people)

    async def connect(self, person: Person) -> None:
        spec, group = self._spec, self._group
        room = group.room if group.rooms == 1 else f"{group.room}-{person.who % group.rooms}"
        port = spec.ports[person.who % len(spec.ports)]
        headers = {"Sec-WebSocket-Protocol": person.subprotocol} if person.subprotocol else None
        await ws_connect(
            lambda: person,
            spec.url.format(port=port, room=room) + person.query(),
            extra_headers=headers,
            websocket_handshake_timeout=HANDSHAKE,
            read_buffer_init_size=READ_BUFFER,
        )

    def heard(self) -> int:
        return sum(person.heard() for person in self.people)

    def said(self) -> int:
        return sum(person.number for person in self.talk.talkers)

    def missing(self) -> int:
        return sum(person.missing() for person in self.people)

    async def disperse(self) -> None:
        for person in self.people:
            person.leave()
        gone = [asyncio.ensure_future(person.gone.wait()) for person in self.people]
        _, staying = await asyncio.wait(gone, timeout=2)
        for wait in staying:
            wait.cancel()


async def all_of(coroutines: Iterable[Any]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for coroutine in coroutines:
            tasks.create_task(coroutine)
