"""System checks: what cannot work is refused at start, with what to do about it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from chat.protocol.frames import SLUG
from chat.rooms.directory import EVERY_ROOM

DAPHNE_NEEDED = (4, 2, 2)


@register
def no_atomic_requests(**kwargs: Any) -> list[CheckMessage]:
    if not settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return []
    return [
        Error(
            "ATOMIC_REQUESTS is on: every page view would take SQLite's write lock, and announce"
            " messages before they are committed.",
            hint="Remove ATOMIC_REQUESTS from DATABASES['default'].",
            id="chat.E001",
        )
    ]


@register
def daphne_is_recent(**kwargs: Any) -> list[CheckMessage]:
    installed = version("daphne")
    if tuple(int(part) for part in installed.split(".")[:3] if part.isdigit()) >= DAPHNE_NEEDED:
        return []
    return [
        Error(
            f"Daphne {installed} does not bound the size of WebSocket messages.",
            hint="Run: pip install -r requirements-run.txt",
            id="chat.E002",
        )
    ]


@register
def redis_layer_has_no_socket_timeout(**kwargs: Any) -> list[CheckMessage]:
    """channels-redis' core layer waits in BZPOPMIN; redis-py 8 gives up after 5 s by default."""
    layer: dict[str, Any] = settings.CHANNEL_LAYERS["default"]
    if not layer["BACKEND"].startswith("channels_redis.core."):
        return []
    hosts = layer.get("CONFIG", {}).get("hosts", [])
    if hosts and all(
        isinstance(host, dict) and host.get("socket_timeout", 0) is None for host in hosts
    ):
        return []
    return [
        Error(
            "The core Redis channel layer has a socket timeout: with redis-py 8 an idle room"
            " loses its channel every 5 seconds.",
            hint="Use channels_redis.pubsub.RedisPubSubChannelLayer (REDIS_URL does), or give each"
            " host as a dict with 'socket_timeout': None.",
            id="chat.E003",
        )
    ]


@register
def listed_rooms_are_slugs(**kwargs: Any) -> list[CheckMessage]:
    wrong = [
        slug for slug in settings.LISTED_ROOMS if slug != EVERY_ROOM and not SLUG.fullmatch(slug)
    ]
    if not wrong:
        return []
    return [
        Error(
            f"LISTED_ROOMS names what no room can be called: {', '.join(map(repr, wrong))}.",
            hint="Write what stands in the rooms' links, such as LISTED_ROOMS=help,book-club, or *"
            " for every room.",
            id="chat.E004",
        )
    ]


@register(Tags.security, deploy=True)
def public_url_is_https(**kwargs: Any) -> list[CheckMessage]:
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        checks.Warning(
            "PUBLIC_URL names no https site: cookies are not kept to https, and people's addresses"
            " are their proxy's.",
            hint="Set PUBLIC_URL=https://chat.example.org, with the name that people type.",
            id="chat.W001",
        )
    ]


@register(Tags.security, deploy=True)
def some_proxy_is_trusted(**kwargs: Any) -> list[CheckMessage]:
    if settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "No proxy is trusted: behind one, all people share its address and the limits on it,"
            " and https looks like http.",
            hint="Set TRUSTED_PROXIES to the proxy's address as this server sees it, such as"
            " TRUSTED_PROXIES=127.0.0.1.",
            id="chat.W002",
        )
    ]
