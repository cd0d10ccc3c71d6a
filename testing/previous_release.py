"""The previous release as a server, from the project's own history."""

from __future__ import annotations

import functools
import io
import subprocess
import tarfile
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from testing import processes
from testing.environment import ROOT

VERSION = "1.1.0"
COMMIT = "6ed4701e8c180daf3e689181ee46b60718beb759"  # which was released under that number
PARTS = "manage.py", "chat", "chatsite", "templates", "locale"
SERVE = "manage.py", "serve", "-b", "127.0.0.1", "-p", "{port}"


def is_here() -> bool:
    """Whether this copy of the project has its history, which an archive or a shallow clone
    lacks."""
    found = subprocess.run(["git", "cat-file", "-e", f"{COMMIT}^{{commit}}"], cwd=ROOT, check=False)
    return found.returncode == 0


def node(**settings: object) -> AbstractContextManager[processes.Node]:
    """A `Node` of it; `settings` are its environment."""

    def make(folder: Path) -> processes.Node:
        server = processes.Node(folder, SERVE, settings)
        server.popen["cwd"] = Path(_unpacked().name)
        return server

    return processes.serving(make)


@functools.cache
def _unpacked() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="chat-release-", ignore_cleanup_errors=True)
    command = ["git", "archive", COMMIT, *PARTS]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder.name, filter="data")
    return folder
