"""PUBLIC_URL: the chat's public address, from which hosts, cookies and HSTS follow."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.addresses import host_name, origin_of, path_prefix
from chatsite.settings.environment import shown

EXAMPLE = "Set it to the address that people open, such as https://chat.example.org"


class PublicUrl(NamedTuple):
    origins: list[str]  # scheme, host and port; none if PUBLIC_URL is not set
    hosts: list[str]
    path: str
    https: bool

    @property
    def url(self) -> str:
        """As browsers send it, without a trailing slash; empty if PUBLIC_URL is not set."""
        return "".join(self.origins) + self.path


def public_url(text: str) -> PublicUrl:
    """Raises ImproperlyConfigured for an invalid address."""
    if not text:
        return PublicUrl([], [], "", False)
    try:
        parts = urlsplit(text)
        origin = origin_of(parts)
        host = host_name(parts.hostname or "")
    except ValueError as error:
        reason = f"PUBLIC_URL is {shown(text)}: {error}. {EXAMPLE}."
        raise ImproperlyConfigured(reason) from error
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"PUBLIC_URL is {shown(text)}, which has more than scheme, host and path. {EXAMPLE}."
        )
    return PublicUrl([origin], [host], path_prefix("PUBLIC_URL", parts.path), origin[:5] == "https")
