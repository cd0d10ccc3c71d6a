"""The settings as a fresh process loads them."""

from __future__ import annotations

import os
import subprocess
import sys

from testing.processes import KEPT, ROOT


def settings_of(tmp_path, code="", **environment):
    """Load the settings in a fresh process and print what `code` says of them."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return subprocess.run(
        [sys.executable, "-c", f"from chatsite.settings import *; {code}"],
        cwd=ROOT,
        env={
            name: str(value)
            for name, value in (kept | {"DATA_DIR": tmp_path / "data"} | environment).items()
        },
        capture_output=True,
        text=True,
        check=False,
    )
