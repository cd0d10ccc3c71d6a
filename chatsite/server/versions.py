"""The packages whose internals this server overrides, and the versions it was tested with.

Internals may change in any release, so requirements-run.txt pins them exactly.
"""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version

logger = logging.getLogger(__name__)

TESTED = {"daphne": "4.2.3", "twisted": "26.10.0", "autobahn": "26.10.2"}


def warn_about_untested_versions() -> None:
    """Log a warning for each package that is installed in another version."""
    for name, tested in TESTED.items():
        try:
            installed = version(name)
        except PackageNotFoundError:  # a build without metadata
            installed = "in an unknown version"
        if installed != tested:
            logger.warning(
                "%s %s is installed, but this server was tested with %s. Run: pip install"
                " --require-hashes -r requirements-run.lock",
                name.capitalize(),
                installed,
                tested,
            )
