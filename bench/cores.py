"""Who runs where: the server on one core, the load on the others."""

from __future__ import annotations

import os
import resource

CORES = sorted(os.sched_getaffinity(0))
SERVER = CORES[:1]
LOAD = CORES[1:2] or CORES
OPEN_FILES = 20_000  # for 10,000 connections at either end


def pinned(cores: list[int]) -> list[str]:
    """The beginning of a command that is to stay on `cores`."""
    return ["taskset", "-c", ",".join(str(core) for core in cores)]


def raise_open_files() -> int:
    """Allow this process and its children many sockets; returns how many they got."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)
