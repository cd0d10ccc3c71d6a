"""What an operator is told when a copy cannot be made or used."""

from __future__ import annotations


class ArchiveError(Exception):
    """The message names the thing and the fix."""
