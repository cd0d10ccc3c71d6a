"""Checks a running chat from a user's browser to the disk, and says what to change.

There is one module for each part that is checked. A check is a function that returns a Finding and
changes nothing. All it uses of the chat are its settings and its protocol.
"""

from chatsite.doctor.examination import examine
from chatsite.doctor.finding import Finding, State
from chatsite.doctor.site import Site

__all__ = ["Finding", "Site", "State", "examine"]
