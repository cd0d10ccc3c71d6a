"""REDIS_URL: what carries events between processes. Without it each process is alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("redis", "rediss", "unix")
SENTINEL = "redis+sentinel"
SENTINEL_PORT = 26379
SENTINEL_PATIENCE = 1  # seconds, until the next one is asked
EXAMPLE = "Write redis://host:6379/0, or redis+sentinel://host1,host2,host3/mymaster/0."


def channel_layer(redis_url: str) -> dict[str, Any]:
    """Raises ImproperlyConfigured for what is no address of a Redis."""
    if not redis_url:
        config: dict[str, Any] = {"capacity": 1000}
        return {"BACKEND": "chatsite.memory_layer.MemoryLayer", "CONFIG": config}
    scheme = redis_url.partition(":")[0]
    if scheme != SENTINEL and scheme not in SCHEMES:
        raise ImproperlyConfigured(f"REDIS_URL has the scheme {scheme!r}. {EXAMPLE}")
    host: Any = sentinel_host(redis_url) if scheme == SENTINEL else redis_url
    config = {"hosts": [host], "prefix": "chat"}
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}


def sentinel_host(url: str) -> dict[str, Any]:
    """Of `redis+sentinel://[[user]:password@]host[:port][,...]/master[/db][?sentinel_password=...]`
    what channels_redis takes as a host: it asks the Sentinels, one by one, where the master is."""
    # By hand: several hosts are no URL to `urlsplit`, which refuses [::1] after another one.
    address, _, query = url.removeprefix(f"{SENTINEL}://").partition("?")
    netloc, _, path = address.partition("/")
    credentials, _, places = netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    master, _, database = path.strip("/").partition("/")
    if not places or not master:
        raise ImproperlyConfigured(f"REDIS_URL names no Sentinel, or no master. {EXAMPLE}")
    try:
        host = {
            "sentinels": [_place(place) for place in places.split(",")],
            "master_name": master,
            "db": int(database or 0),
        }
    except ValueError as error:
        raise ImproperlyConfigured(f"REDIS_URL: {error}. {EXAMPLE}") from error
    host["sentinel_kwargs"] = {
        "socket_timeout": SENTINEL_PATIENCE,
        "socket_connect_timeout": SENTINEL_PATIENCE,
        "password": parse_qs(query).get("sentinel_password", [None])[0],
    }
    if credentials:
        host |= {"username": unquote(user) or None, "password": unquote(password)}
    return host


def _place(text: str) -> tuple[str, int]:
    """Raises ValueError."""
    place = urlsplit(f"//{text}")
    if not place.hostname:
        raise ValueError(f"{text!r} is no host")
    return place.hostname, place.port or SENTINEL_PORT
