"""What a first start of the chat leaves in its DATA_DIR, made once and copied for each node.

A first start migrates and collects the static files, which takes twice as long as all the rest of
it. Tests of the first start itself give their node a DATA_DIR of its own.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from testing import environment
from testing.environment import ROOT

DATABASE = "chat.sqlite3"


def copy_to(data_dir: Path, *, with_database: bool = True) -> None:
    made = _made()
    shutil.copytree(made / "static", data_dir / "static")  # no hard links: tests truncate files
    if with_database:
        shutil.copy(made / DATABASE, data_dir / DATABASE)


def _made() -> Path:
    return Path(_folder().name)


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="chat-first-start-", ignore_cleanup_errors=True)
    command = [sys.executable, "-c", "import chatsite.asgi"]
    env = environment.only({"DATA_DIR": folder.name})
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"a first start failed:\n{done.stderr}")
    return folder
