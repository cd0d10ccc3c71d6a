"""Group commit: writes that arrive while one transaction is written form the next one.

An idle server writes a post immediately, a busy one writes many with one commit. After a batch of
several it waits a moment for as many again: the authors it has just acknowledged tend to post
again together, and half of them would always just miss the next batch. `write` returns only after
COMMIT.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from django.conf import settings
from django.db import Error as DatabaseError

from chat import database
from chat.metrics import BATCH, COMMIT, POST_QUEUE, show_size
from chat.protocol.errors import Busy, ChatError, NotStored, Unavailable
from chat.services.messages import write_log
from chat.services.writes import Outcome, Write

logger = logging.getLogger(__name__)

MAX_BATCH = 256  # writes of one transaction, unless more belong together
MAX_BATCH_WAIT = 0.005  # seconds to wait for more posts; less if the last batch was quick
BUSY_RETRY = 500, 1500  # ms, random in between: refused clients do not retry all at once

# Writes that belong together, and their outcomes.
Waiting = tuple[Sequence[Write], "asyncio.Future[Sequence[Outcome]]"]


class GroupCommit:
    """The queue of writes that wait to be stored."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._batch_ready = asyncio.Event()  # `_target_size` writes are queued
        self._target_size = 0
        self._oldest_at = 0.0  # perf_counter: when the oldest write under way was received
        self._writing: asyncio.Task[None] | None = None
        show_size(POST_QUEUE, self._waiting)

    @property
    def queued(self) -> int:
        """How many writes wait for the next transaction; those that belong together count once."""
        return len(self._waiting)

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is under way."""
        return self._writing is not None

    @property
    def seconds_behind(self) -> float:
        """How long the oldest write that is under way has waited."""
        return time.perf_counter() - self._oldest_at if self._writing else 0.0

    async def write(self, write: Write) -> int:
        """Store `write`; returns the seq of what was stored, after COMMIT.

        The same again gives the same seq, so retrying after any error is safe. Raises ChatError.
        """
        (outcome,) = await self.write_together([write])
        if isinstance(outcome, ChatError):
            raise outcome
        return outcome

    async def write_together(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Store `writes` in one transaction; returns an outcome for each, after COMMIT. Raises
        Busy."""
        if 0 < settings.POST_QUEUE_LIMIT <= len(self._waiting):
            raise Busy(retry_in_ms=random.randint(*BUSY_RETRY))
        stored: asyncio.Future[Sequence[Outcome]] = asyncio.get_running_loop().create_future()
        self._waiting.append((writes, stored))
        if len(self._waiting) == self._target_size:
            self._batch_ready.set()
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="group commit")
        return await stored

    async def flush(self) -> None:
        """Return when all queued writes have been answered."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = list(islice(self._waiting, MAX_BATCH))
                for _ in batch:
                    self._waiting.popleft()
                self._oldest_at = batch[0][0][0].received_at
                BATCH.observe(sum(len(writes) for writes, _ in batch))
                began = time.perf_counter()
                with COMMIT.time():
                    await self._answer(batch)
                if len(batch) > 1:
                    took = time.perf_counter() - began
                    await self._wait_for_more(len(batch), min(took / 2, MAX_BATCH_WAIT))
        finally:
            self._writing = None

    async def _wait_for_more(self, size: int, seconds: float) -> None:
        """Wait until `size` writes are queued, or `seconds` have passed."""
        if len(self._waiting) >= size:
            return
        self._target_size = size
        self._batch_ready.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._batch_ready.wait()

    async def _answer(self, batch: Sequence[Waiting]) -> None:
        try:
            outcomes = iter(await self._store([write for writes, _ in batch for write in writes]))
        except BaseException as error:  # a bug or a cancellation: no caller may wait for ever
            for _, stored in batch:
                stored.cancel()
            if not isinstance(error, Exception):
                raise
            logger.exception("A batch of %d writes failed", len(batch))
            return
        for writes, stored in batch:
            theirs = list(islice(outcomes, len(writes)))
            if not stored.done():  # it is cancelled where its connection has ended
                stored.set_result(theirs)

    async def _store(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """An outcome for each write. A batch that fails is tried again, then split in halves, so
        that one that cannot be stored fails alone."""
        try:
            return await self._store_together(writes)
        except Unavailable as error:
            logger.error("The database did not take %d writes: %s", len(writes), error.__cause__)
            return [Unavailable() for _ in writes]
        except Exception as error:  # a driver may also refuse with ValueError
            if len(writes) == 1:
                logger.error("The database refused a write: %s", type(error).__name__)
                return [NotStored()]
            middle = len(writes) // 2
            return [*await self._store(writes[:middle]), *await self._store(writes[middle:])]

    async def _store_together(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        try:
            return await database.write(write_log, writes)
        except (DatabaseError, Unavailable):
            return await database.write(write_log, writes)
