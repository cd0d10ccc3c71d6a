"""Whether a browser's page may open a socket here: a page of this site, or of a trusted one.

Stricter than Channels' validators in that scheme and port count, and more lenient in that a
client without an Origin, which cannot be a browser, may connect. Its cookies are ignored, so that
it cannot act as somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.http import is_same_domain

from chat.access.lan import is_loopback

DEFAULT_PORTS = {"http": 80, "https": 443}


def header_values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """All values of a header."""
    return [value.decode("latin1") for key, value in headers if key == name]


def is_allowed_origin(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a handshake with these headers is accepted. Never raises."""
    headers = list(headers)
    origins = header_values(headers, b"origin")
    if not origins:
        return True
    hosts = header_values(headers, b"host")
    if len(origins) > 1 or len(hosts) != 1:
        return False
    try:
        origin = _parsed(origins[0])
        return _is_this_site(*origin, host=hosts[0]) or any(
            _is_trusted(*origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS
        )
    except ValueError:
        return False


def _parsed(origin: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises ValueError if it is not an http origin."""
    parts = urlsplit(origin)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("not an http origin")
    hostname = parts.hostname.removesuffix(".")  # as Django reads a Host
    return parts.scheme, hostname, parts.port or DEFAULT_PORTS[parts.scheme]


def _is_this_site(scheme: str, hostname: str, port: int, *, host: str) -> bool:
    needs_https = urlsplit(settings.PUBLIC_URL).scheme == "https" and not is_loopback(hostname)
    if scheme == "http" and needs_https:
        return False  # anyone on the network can impersonate this host over http
    _, own_hostname, own_port = _parsed(f"{scheme}://{host}")
    allowed_hosts = settings.ALLOWED_HOSTS or [".localhost", "127.0.0.1", "[::1]"]
    bracketed = f"[{own_hostname}]" if ":" in own_hostname else own_hostname
    return (hostname, port) == (own_hostname, own_port) and validate_host(bracketed, allowed_hosts)


def _is_trusted(scheme: str, hostname: str, port: int, trusted: str) -> bool:
    try:
        trusted_scheme, trusted_hostname, trusted_port = _parsed(trusted.replace("://*.", "://."))
    except ValueError:
        return False  # an invalid entry must not disable the others
    return (scheme, port) == (trusted_scheme, trusted_port) and is_same_domain(
        hostname, trusted_hostname
    )
