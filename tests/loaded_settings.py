"""The settings as a fresh process loads them."""

from __future__ import annotations

import subprocess
import sys

from testing import environment
from testing.environment import ROOT


def settings_of(tmp_path, code="", **settings):
    """Load the settings in a fresh process and run `code`, which prints some of them."""
    return subprocess.run(
        [sys.executable, "-c", f"from chatsite.settings import *; {code}"],
        cwd=ROOT,
        env=environment.only({"DATA_DIR": tmp_path / "data"} | settings),
        capture_output=True,
        text=True,
        check=False,
    )
