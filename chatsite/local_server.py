"""A server that people open directly, without a proxy: `make run`, and `runserver`."""

from __future__ import annotations

from io import StringIO

import segno
from django.conf import settings
from django.core.management.base import OutputWrapper

from chat.access.lan import lan_addresses
from chatsite.settings.public_url import public_url

ANY_ADDRESS = ("0.0.0.0", "0")


def serve_locally(host: str, port: int) -> None:
    """Answer to the addresses that a server at `host` and `port` listens on.

    On all interfaces these are this machine's own addresses, never any host: a page elsewhere can
    make a name resolve to this machine (DNS rebinding), but not an address. Without a PUBLIC_URL
    the first of them is where people are invited to.
    """
    settings.LOCAL = True
    if host not in ANY_ADDRESS:
        own = [_in_url(host)]
    else:
        own = lan_addresses()
        if own and not settings.SITE.origins:
            settings.SITE = public_url(f"http://{own[0]}:{port}{_prefix()}")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *own]


def print_addresses(out: OutputWrapper, host: str, port: int) -> None:
    """Print where to open the server. A terminal also gets a QR code for phones."""
    if host not in ANY_ADDRESS:
        out.write(f"Open http://{_in_url(host)}:{port}{_prefix()}/")
        return
    out.write(f"On this computer:  http://127.0.0.1:{port}{_prefix()}/")
    if not settings.SITE.origins:
        out.write("This computer has no network address for others to open.")
        return
    link = f"{settings.SITE.origins[0]}{_prefix()}/"
    out.write(f"On your network:   {link}")
    if out.isatty():
        code = StringIO()
        segno.make(link, micro=False).terminal(out=code, compact=True, border=2)
        out.write(f"{code.getvalue()}Scan with a phone to open it.")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _prefix() -> str:
    return settings.FORCE_SCRIPT_NAME or ""
