"""Looks a running chat over, from a user's browser to the disk, and says what to change.

One module per thing looked at; a check is a function that returns a Finding and changes nothing.
It does not mend anything, and it knows no more of the chat than its settings and its wire.
"""

from chatsite.doctor.examination import examine
from chatsite.doctor.finding import Finding, State
from chatsite.doctor.site import Site

__all__ = ["Finding", "Site", "State", "examine"]
