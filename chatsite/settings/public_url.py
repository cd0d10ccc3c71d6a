"""PUBLIC_URL: where people find the chat. One setting, from which the rest of the edge follows."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.addresses import host_name, origin_of, path_prefix
from chatsite.settings.environment import shown

EXAMPLE = "Set it to what people type, such as https://chat.example.org"


class PublicUrl(NamedTuple):
    origins: list[str]  # scheme, host and port; none where PUBLIC_URL is not set
    hosts: list[str]
    path: str
    https: bool

    @property
    def url(self) -> str:
        """As browsers send it, without a slash at its end; empty where PUBLIC_URL is not set."""
        return "".join(self.origins) + self.path


def public_url(text: str) -> PublicUrl:
    """Raises ImproperlyConfigured for what is no address of a site."""
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
            f"PUBLIC_URL is {shown(text)}, which has more than a scheme, host and path. {EXAMPLE}."
        )
    return PublicUrl([origin], [host], path_prefix("PUBLIC_URL", parts.path), origin[:5] == "https")
