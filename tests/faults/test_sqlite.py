"""SQLite's file is locked, full, replaced, or shared by mistake, while people talk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from contextlib import contextmanager

from tests.conftest import not_permitted
from tests.faults import figures
from tests.faults.scenario import either, world

LOCKED = 8  # seconds
DISK = 8 * 1024 * 1024  # bytes


async def test_messages_sent_while_another_program_locks_the_file_are_stored_after_it():
    async with world("SQLite locked") as here:
        async with here.talking():
            await asyncio.sleep(1)
            began_at = time.monotonic()
            with here.store.locked():
                await asyncio.sleep(LOCKED)
            ended_at = time.monotonic()
            recovery = await here.delivered_to_all(here.people[0], since=ended_at)
        await here.verdict()
        worst = max(figures.ack_seconds(here.people, began_at, ended_at))
        here.report(seconds=LOCKED, ack_worst=worst, recovery=recovery)
        assert here.closes() == []


@contextmanager
def small_disk(folder):
    """A file system of DISK bytes, which only root may make."""
    options = f"size={DISK}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        not_permitted(f"to mount a small disk ({mounted.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


async def test_on_a_full_disk_messages_are_refused_and_none_is_lost(tmp_path):
    with small_disk(tmp_path):
        async with world("SQLite, disk full", folder=tmp_path, MIN_FREE_MEGABYTES=0) as here:
            async with here.talking():
                await asyncio.sleep(1)
                fill(tmp_path / "ballast")
                began_at = time.monotonic()
                await until_refused(here)
                await asyncio.sleep(either(2, 10))
                (tmp_path / "ballast").unlink()
                ended_at = time.monotonic()
                recovery = await here.delivered_to_all(here.people[0], since=ended_at)
            await here.verdict()
            retries = [e for p in here.people for e in p.noted("retry") if e["at"] > began_at]
            here.report(refused=len(retries), recovery=recovery, sockets_closed=len(here.closes()))
            assert {e["code"] for e in retries} == {"unavailable"}
            assert here.closes() == []


def fill(path):
    """Fill the disk to the last byte."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                os.fsync(file.fileno())


async def until_refused(here, seconds=30):
    """Post until one does not fit; long ones, since SQLite reuses free pages."""
    async with asyncio.timeout(seconds):
        while not any(person.noted("retry") for person in here.people):
            here.people[0].send("x" * 3000)
            await asyncio.sleep(0.05)


async def test_an_older_database_restored_under_the_server_resets_everybody(tmp_path):
    async with world("older database restored") as here:
        # A reset brings a page, and all must be on it. Until the server notices, a seq may be that
        # of another message than the one that somebody wants to change.
        async with here.talking(every=1.5, changing=0):
            await asyncio.sleep(2)
            here.store.copy_to(tmp_path / "older.sqlite3")
            await asyncio.sleep(1)
            before = time.monotonic()
            here.store.restore_from(tmp_path / "older.sqlite3", epoch="restored")
            recovery = await here.delivered_to_all(here.people[0], since=before)
        history = await here.verdict()
        here.report(recovery=recovery, resets=here.resets(), closes=here.closes())
        assert history["log"]["epoch"] == "restored"
        assert all(person.resets() == 1 for person in here.people)


async def test_two_processes_by_mistake_on_one_sqlite_converge():
    """Without Redis neither gets the other's announcements; both poll the log."""
    async with world("two processes, in-memory layer", nodes=2) as here:
        async with here.talking():
            await asyncio.sleep(either(4, 60))
        ended_at = time.monotonic()
        await here.verdict()
        spread = figures.spread_seconds(here.people, here.began_at, ended_at)
        here.report(spread_worst=max(spread), spread_median=figures.percentile(spread, 50))
        assert here.closes() == []
        assert here.resets() == 0
        assert "Set REDIS_URL for both" in here.nodes[1].log_text()
