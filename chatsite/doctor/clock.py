"""This machine's clock beside those of the others: the site's, the database's, the world's."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from django.db import DatabaseError, connection

from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import Site

TOLERANCE = 5  # seconds; an HTTP date has whole ones
NTP_PORT = 123
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
NTP_REQUEST = b"\x23" + 47 * b"\0"  # version 4, from a client (RFC 5905, 7.3)
NTP_TIMEOUT = 3  # seconds


@check("clock")
def clocks_agree(site: Site | None, time_server: str) -> Finding:
    """`time_server` is a host, perhaps with a port, that speaks NTP; empty asks none."""
    found = dict(_offsets(site, time_server))
    off = {who: seconds for who, seconds in found.items() if abs(seconds) > TOLERANCE}
    if off:
        who, seconds = max(off.items(), key=lambda item: abs(item[1]))
        way = "behind" if seconds > 0 else "ahead of"
        return wrong(
            "clock",
            f"This machine's clock is {abs(seconds):.0f} s {way} that of {who}.",
            "timedatectl set-ntp true, on both machines",
        )
    if not found:
        asked = f"{time_server} is silent" if time_server else "no time server was named"
        return note("clock", f"No clock to compare with: {asked}.")
    return fine("clock", f"within {TOLERANCE} s of {', '.join(found)}")


def _offsets(site: Site | None, time_server: str) -> Iterator[tuple[str, float]]:
    """Who was asked, and how many seconds they are ahead of us."""
    if time_server:
        with suppress(OSError, ValueError, struct.error):
            yield time_server, _ntp_time(time_server) - time.time()
    if site:
        with suppress(OSError, HTTPException, TypeError, ValueError):
            date = site.get(site.path).headers["Date"]
            yield site.host, parsedate_to_datetime(date).timestamp() - time.time()
    if connection.vendor == "postgresql":
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            yield "the database", float(cursor.fetchone()[0]) - time.time()


def _ntp_time(server: str) -> float:
    """Seconds since 1970, by one question (SNTP). Raises OSError, ValueError, struct.error."""
    host, _, port = server.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(NTP_TIMEOUT)
        asking.connect((host, int(port or NTP_PORT)))
        asking.send(NTP_REQUEST)
        answer = asking.recv(512)
    seconds, fraction = struct.unpack("!II", answer[40:48])
    if not seconds:
        raise ValueError("the server does not know the time itself")
    return float(seconds - NTP_EPOCH + fraction / 2**32)
