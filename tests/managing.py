"""`manage.py` in a process of its own, as an operator runs it."""

from __future__ import annotations

import subprocess
import sys

from testing import environment
from testing.environment import ROOT


def manage(*words, check=True, preexec_fn=None, **settings):
    """Run a command with these settings and no others; what it printed is in `stdout`."""
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=ROOT,
        env=environment.only(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        preexec_fn=preexec_fn,
    )
    assert not check or done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout, done.stdout
    return done
