"""Where the project lies, and the environment in which its processes are started."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = {"HOME", "LANG", "PATH", "TMPDIR"}  # of our own environment


def only(settings: dict[str, object]) -> dict[str, str]:
    """An environment of these variables and what any program needs, without a developer's own."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return kept | {name: str(value) for name, value in settings.items()}
