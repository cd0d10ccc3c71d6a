"""A person who moderates, and what a room needs for that: an owner link, and regulars."""

from __future__ import annotations

import asyncio
import hashlib
import secrets

from tests.faults.link import Lost
from tests.faults.people import SHORTEST_PAUSE, Outbox, Person

WITHIN = 180  # seconds; a hundred acts take 40, by their rate
NEW_KEY = "UPDATE chat_room SET key_hash = '{}' WHERE slug = '{}' RETURNING id"
ADD_REGULAR = """
    INSERT INTO chat_member (room_id, author_id, since, written, network, seen_at)
    SELECT id, '{}', '2026-01-01 00:00:00+00:00', 3, '', '2026-01-01 00:00:00+00:00'
    FROM chat_room WHERE slug = '{}'
    ON CONFLICT (room_id, author_id)
    DO UPDATE SET since = excluded.since, written = excluded.written
    RETURNING id
"""
NEW_VERSION = """
    UPDATE chat_room SET moderation_version = moderation_version + 1 WHERE slug = '{}' RETURNING id
"""


class Moderator(Person):
    """Sends acts, one at a time, each until it is settled."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.acts = Outbox()

    @property
    def outboxes(self):
        return *super().outboxes, self.acts

    async def claim(self, store, room="lobby"):
        """Become an owner by the link of the room, which has to exist."""
        key = secrets.token_urlsafe(24)
        hashed = hashlib.sha256(key.encode()).hexdigest()
        await asyncio.to_thread(store.query, NEW_KEY.format(hashed, room))
        assert (await self._ask("room.claim", key=key))["type"] == "ack"
        await self.until(lambda: self.standing and self.standing["role"] == "owner", WITHIN)

    def act(self, kind, of):
        """Put an act into the outbox; returns its id. `of` is a seq, or an author."""
        act_id = self._new_id()
        self.note("act", id=act_id, kind=kind, of=of)
        field = "seq" if kind == "remove" else "author_id"
        self.acts.put(act_id, f"act.{kind}", **{"act_id": act_id, field: of})
        return act_id

    def undo(self, act_id):
        """Put the undoing of an act into the outbox."""
        key = self._new_id()
        self.note("act", id=key, kind="undo", of=act_id)
        self.acts.put(key, "act.undo", act_id=act_id)

    async def settled(self, seconds=WITHIN):
        """Return when all acts are settled."""
        await self.until(lambda: not self.acts, seconds)

    async def repeat(self, act_id):
        """Send an act again, as after a lost reply; returns the reply."""
        act = next(event for event in self.noted("act") if event["id"] == act_id)
        field = "seq" if act["kind"] == "remove" else "author_id"
        return await self._ask(f"act.{act['kind']}", **{"act_id": act_id, field: act["of"]})

    async def clean_up(self, is_bad):
        """Ban and sweep everybody who wrote something that `is_bad`, until nothing of that is
        left."""
        seen = set()
        while bad := [row for row in self._shown(is_bad) if row.seq not in seen]:
            for author_id in sorted({row.author_id for row in bad}):
                self.act("ban", author_id)
                self.act("sweep", author_id)
            seen |= {row.seq for row in bad}
            await self.settled()

    def _shown(self, is_bad):
        shown = self.timeline.messages.values()
        return [row for row in shown if not row.deleted and is_bad(row.body)]

    async def _ask(self, kind, **fields):
        async with asyncio.timeout(WITHIN):
            while True:
                await self.link.welcomed.wait()
                try:
                    reply = await self.link.ask(kind, **fields)
                except Lost:
                    await asyncio.sleep(SHORTEST_PAUSE)
                    continue
                if not reply.get("retry_in_ms"):
                    return reply
                await asyncio.sleep(reply["retry_in_ms"] / 1000)


async def make_regulars(store, people, room="lobby"):
    """Let them have been in the room for long. It has to exist."""
    for person in people:
        await asyncio.to_thread(store.query, ADD_REGULAR.format(person.author_ids[-1], room))
    await asyncio.to_thread(store.query, NEW_VERSION.format(room))
    for person in people:
        await person.until(lambda p=person: p.standing and p.standing["is_regular"], WITHIN)
