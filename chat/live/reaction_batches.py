"""Gathers reactions to the same message, so that a thousand people who react within a second cost
their room a handful of changes and not a thousand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from chat.live.group_commit import GroupCommit
from chat.protocol.errors import ChatError
from chat.services.writes import Outcome, React

GATHERING = 0.5  # seconds for which reactions to a message wait for others, after the first one

Key = tuple[str, int]  # the room's slug and the message's seq
Batch = tuple[list[React], "asyncio.Task[Sequence[Outcome]]"]


class ReactionBatches:
    """The first reaction to a message is written immediately. Those of the next GATHERING seconds
    share a transaction and a seq, and so on until there are none."""

    def __init__(self, group_commit: GroupCommit) -> None:
        self._group_commit = group_commit
        self._batches: dict[Key, Batch] = {}  # that gather

    async def react(self, reaction: React) -> int:
        """Store a reaction; returns the seq of the change, after COMMIT. Raises ChatError."""
        key = reaction.slug, reaction.seq
        if key not in self._batches:
            self._start(key)
            return await self._group_commit.write(reaction)
        reactions, outcomes = self._batches[key]
        reactions.append(reaction)
        place = len(reactions) - 1
        outcome = (await asyncio.shield(outcomes))[place]
        if isinstance(outcome, ChatError):
            raise outcome
        return outcome

    def _start(self, key: Key) -> None:
        reactions: list[React] = []
        writing = asyncio.create_task(self._write(key, reactions), name="reactions")
        self._batches[key] = reactions, writing

    async def _write(self, key: Key, reactions: list[React]) -> Sequence[Outcome]:
        await asyncio.sleep(GATHERING)
        del self._batches[key]
        if not reactions:
            return []
        self._start(key)
        return await self._group_commit.write_together(reactions)
