"""Parses hosts, origins and paths from settings into the form that requests are compared with."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.environment import shown

SCHEMES = ("http", "https")
HOST = re.compile(r"[a-z0-9.-]+")  # what Django accepts in a Host header
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def host_name(text: str) -> str:
    """As browsers send it: lower case, IDNA, an IPv6 address in brackets, no trailing dot.

    Raises ValueError for anything else.
    """
    if ":" in text:
        return f"[{ip_address(text.strip('[]')).compressed}]"
    name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
    name = name.removesuffix(".")
    if not HOST.fullmatch(name):
        raise ValueError(f"{shown(text)} is not a host name")
    return name


def allowed_host(entry: str) -> str:
    """One entry of ALLOWED_HOSTS: a host, or a URL or host with a port, of which it takes the host.

    Raises ImproperlyConfigured.
    """
    if entry == "*":
        return entry
    try:
        address = entry.partition("://")[2] if "://" in entry else entry
        if address.count(":") > 1 and "[" not in address:  # an IPv6 address without brackets
            return host_name(address)
        parts = _split(f"//{address.removeprefix('*')}")
        host = parts.hostname or ""
        return f".{host_name(host[1:])}" if host.startswith(".") else host_name(host)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS has {shown(entry)}, which is not a host name. Write names such as"
            " chat.example.org, separated by commas; .example.org allows every subdomain as well."
        ) from error


def trusted_origin(entry: str) -> str:
    """One entry of CSRF_TRUSTED_ORIGINS. Raises ImproperlyConfigured."""
    try:
        scheme, separator, address = entry.partition("://")
        wildcard = "*." if address.startswith("*.") else ""
        parts = _split(f"{scheme}{separator}{address.removeprefix(wildcard)}")
        return origin_of(parts).replace("://", f"://{wildcard}", 1)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"CSRF_TRUSTED_ORIGINS has {shown(entry)}, which is not an origin. Write scheme and"
            " host, such as https://example.org, separated by commas."
        ) from error


def origin_of(parts: SplitResult) -> str:
    """Scheme, host and port. Raises ValueError if the scheme or host is missing."""
    if parts.scheme not in SCHEMES:
        raise ValueError("it does not start with https://")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host_name(parts.hostname or '')}{port}"


def path_prefix(name: str, text: str) -> str:
    """With a leading slash and no trailing one; empty for the root of the host.

    Raises ImproperlyConfigured, which mentions the setting `name`.
    """
    inner = text.strip("/")
    if not inner:
        return ""
    path = f"/{inner}"
    if not PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise ImproperlyConfigured(
            f"{name} has the path {shown(text)}. A path may only contain a to z, A to Z, 0 to 9 and"
            " - . _ ~, such as /chat."
        )
    return path


def _split(address: str) -> SplitResult:
    """Raises ValueError for an invalid port or a user name."""
    parts = urlsplit(address)
    parts.port  # noqa: B018  (raises)
    if "@" in parts.netloc:
        raise ValueError("it contains a user name")
    return parts
