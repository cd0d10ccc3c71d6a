"""DATABASE_URL: how the chat connects to its database."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

EXAMPLE = "Write postgres://user:password@host/name or, for SQLite, sqlite:////path/of/the/file"
SCHEMES = {"postgres", "postgresql", "psql", "pgsql", "sqlite"}


def database_config(url: str) -> dict[str, Any]:
    """An entry of DATABASES. Raises ImproperlyConfigured for an invalid URL."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        # Without a scheme, the text before the first colon may be a password.
        found = f"has the scheme {scheme!r}" if "://" in url else "has no scheme"
        raise ImproperlyConfigured(f"DATABASE_URL {found}. {EXAMPLE}.")
    try:
        config: dict[str, Any] = Env.db_url_config(url)
    except ValueError:  # not chained: its text has part of the URL
        raise ImproperlyConfigured(
            "DATABASE_URL has a port that is not a number from 1 to 65535. In the password a slash"
            f" is %2F, a colon %3A and an @ %40. {EXAMPLE}."
        ) from None
    if scheme == "sqlite":
        return config | SQLITE_OPTIONS
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": 16, "timeout": 2},
        connect_timeout=5,  # seconds
        tcp_user_timeout=10_000,  # ms until a server that does not answer counts as gone
    )
    return config


SQLITE_OPTIONS: dict[str, Any] = {
    "OPTIONS": {
        "timeout": 5,  # seconds to wait for another process's transaction
        "transaction_mode": "IMMEDIATE",
        # The last one overwrites deleted text in the file. Debian's SQLite does so anyway.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        ),
    }
}
