"""Compares this machine's clock with those of the site and the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from django.db import DatabaseError, connection

from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import Site

TOLERANCE = 5  # seconds; an HTTP date is a whole number of them


@check("clock")
def clocks_agree(site: Site | None) -> Finding:
    found = dict(_offsets(site))
    off = {name: seconds for name, seconds in found.items() if abs(seconds) > TOLERANCE}
    if off:
        name, seconds = max(off.items(), key=lambda item: abs(item[1]))
        direction = "behind" if seconds > 0 else "ahead of"
        return wrong(
            "clock",
            f"This machine's clock is {abs(seconds):.0f} s {direction} that of {name}.",
            "timedatectl set-ntp true, on both machines",
        )
    if not found:
        return note("clock", "There is no other clock to compare with.")
    return fine("clock", f"within {TOLERANCE} s of {', '.join(found)}")


def _offsets(site: Site | None) -> Iterator[tuple[str, float]]:
    """Pairs of a clock's name and how many seconds it is ahead of ours."""
    if site:
        with suppress(OSError, HTTPException, TypeError, ValueError):
            date = site.get(site.path).headers["Date"]
            yield site.host, parsedate_to_datetime(date).timestamp() - time.time()
    if connection.vendor == "postgresql":
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            yield "the database", float(cursor.fetchone()[0]) - time.time()
