"""PUBLIC_URL: where people find the chat. One setting, from which the rest of the edge follows."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

EXAMPLE = "Set it to what people type, such as https://chat.example.org"


class PublicUrl(NamedTuple):
    origins: list[str]  # scheme, host and port; none where PUBLIC_URL is not set
    hosts: list[str]
    path: str
    https: bool


def public_url(text: str) -> PublicUrl:
    """Raises ImproperlyConfigured for what is no address of a site."""
    if not text:
        return PublicUrl([], [], "", False)
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (raises for what is no port)
    except ValueError as error:
        raise ImproperlyConfigured(f"PUBLIC_URL is {text!r}: {error}. {EXAMPLE}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"PUBLIC_URL is {text!r}, with no https:// host. {EXAMPLE}.")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(f"PUBLIC_URL is {text!r}, more than host and path. {EXAMPLE}.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    return PublicUrl([origin], [host], parts.path.rstrip("/"), parts.scheme == "https")
