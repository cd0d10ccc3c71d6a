"""Checks a running chat from a user's browser to the disk, and says what to change.

There is one module for each part that is checked. A check is a function that returns a Finding and
changes nothing. They use the chat's settings, protocol and groups, and none of its live parts.
"""

from chatsite.doctor.examination import examine
from chatsite.doctor.finding import Finding, State
from chatsite.doctor.site import Site

__all__ = ["Finding", "Site", "State", "examine"]
