"""Where and with what it was measured."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
from importlib import metadata
from pathlib import Path

from bench import servers

PACKAGES = (
    *("django", "channels", "daphne", "twisted", "autobahn", "channels-redis", "msgspec"),
    *("quart", "hypercorn", "picows", "uvloop"),
)
COMMITS = 300


def description() -> dict[str, str]:
    """What a reader needs in order to compare."""
    packages = [f"{name} {metadata.version(name)}" for name in PACKAGES]
    return {
        "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"Linux {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version}",
        "packages": ", ".join(packages),
        "others": ", ".join(filter(None, map(version_of, PROGRAMS))) or "none",
    }


PROGRAMS = {
    "NATS": (servers.nats_program() or "nats-server", "-v"),
    "Redis": ("redis-server", "--version"),
    "PostgreSQL": ("postgres", "--version"),
}


def version_of(name: str) -> str | None:
    try:
        printed = subprocess.run(PROGRAMS[name], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    number = re.search(r"\d+(\.\d+)+", printed)
    return f"{name} {number[0]}" if number else None


def processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def commit_ms() -> float:
    """The median of the smallest SQLite transactions, each waiting for this disk: no durable echo
    can be faster than that."""
    times = []
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as folder:
        database = sqlite3.connect(Path(folder) / "database", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE said (what TEXT)")
        for _ in range(COMMITS):
            began = time.perf_counter()
            database.execute("INSERT INTO said VALUES (?)", ("x" * 200,))
            times.append(time.perf_counter() - began)
            time.sleep(0.002)  # as in a conversation
        database.close()
    return statistics.median(times) * 1000
