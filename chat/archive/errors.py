"""The errors of copying, as operators read them."""

from __future__ import annotations


class ArchiveError(Exception):
    """The message names the cause and the fix."""
