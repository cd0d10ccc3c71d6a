"""REDIS_URL: the channel layer between processes. Without it each process has one of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("redis", "rediss", "unix")
SENTINEL = "redis+sentinel"
SENTINEL_PORT = 26379
SENTINEL_TIMEOUT = 1  # seconds, then the next one is asked
EXAMPLE = "Write redis://host:6379/0, or redis+sentinel://host1,host2,host3/mymaster/0."


def channel_layer(redis_url: str) -> dict[str, Any]:
    """The entry of CHANNEL_LAYERS. Raises ImproperlyConfigured for an invalid URL."""
    if not redis_url:
        config: dict[str, Any] = {"capacity": 1000}
        return {"BACKEND": "chatsite.memory_layer.MemoryLayer", "CONFIG": config}
    scheme = redis_url.partition(":")[0]
    if scheme != SENTINEL and scheme not in SCHEMES:
        # Without a scheme, the text before the first colon may be a password.
        found = f"has the scheme {scheme!r}" if "://" in redis_url else "has no scheme"
        raise ImproperlyConfigured(f"REDIS_URL {found}. {EXAMPLE}")
    host: Any = sentinel_host(redis_url) if scheme == SENTINEL else checked(redis_url)
    config = {"hosts": [host], "prefix": "chat"}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}


def checked(url: str) -> str:
    """Raises ImproperlyConfigured for a URL that redis-py cannot read."""
    from redis.connection import (
        parse_url,  # here, because it takes 0.1 s and most chats do not use it
    )

    try:
        parse_url(url)
    except ValueError:  # not chained: its text may have part of the password
        raise ImproperlyConfigured(
            "REDIS_URL cannot be read: its port must be a number from 1 to 65535, and in the"
            f" password a slash is %2F, a colon %3A and an @ %40. {EXAMPLE}"
        ) from None
    return url


def sentinel_host(url: str) -> dict[str, Any]:
    """Parses `redis+sentinel://[[user]:password@]host[:port][,...]/master[/db][?sentinel_password=]`
    into a host for channels_redis, which asks the Sentinels in turn where the master is."""
    # Not with `urlsplit`: it refuses [::1] as a second host.
    address, _, query = url.removeprefix(f"{SENTINEL}://").partition("?")
    netloc, _, path = address.partition("/")
    if "@" in path:  # part of a password, which no error message may show
        raise ImproperlyConfigured(f"REDIS_URL: write %2F for a slash in the password. {EXAMPLE}")
    credentials, _, places = netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    master, _, database = path.strip("/").partition("/")
    if not places or not master:
        raise ImproperlyConfigured(
            f"REDIS_URL has no Sentinel host, or no name of a master. {EXAMPLE}"
        )
    try:
        host = {
            "sentinels": [_place(place) for place in places.split(",")],
            "master_name": master,
            "db": int(database or 0),
        }
    except ValueError as error:
        raise ImproperlyConfigured(f"REDIS_URL: {error}. {EXAMPLE}") from error
    host["sentinel_kwargs"] = {
        "socket_timeout": SENTINEL_TIMEOUT,
        "socket_connect_timeout": SENTINEL_TIMEOUT,
        "password": parse_qs(query).get("sentinel_password", [None])[0],
    }
    if credentials:
        host |= {"username": unquote(user) or None, "password": unquote(password)}
    return host


def _place(text: str) -> tuple[str, int]:
    """Raises ValueError."""
    place = urlsplit(f"//{text}")
    if not place.hostname:
        raise ValueError(f"{text!r} is not a host")
    return place.hostname, place.port or SENTINEL_PORT
