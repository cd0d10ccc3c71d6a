"""How the chat connects to a database, from its URL."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

NO_DATABASE = "A database's URL begins with postgres:// or, for SQLite, with sqlite:///"
SCHEMES = {"postgres", "postgresql", "psql", "pgsql", "sqlite"}


def database_config(url: str) -> dict[str, Any]:
    """An entry of DATABASES. Raises ImproperlyConfigured for what is no URL of one."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        raise ImproperlyConfigured(f"{NO_DATABASE}, and not with {scheme!r}.")
    config: dict[str, Any] = Env.db_url_config(url)
    if scheme == "sqlite":
        return config | SQLITE_OPTIONS
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": 16, "timeout": 2},
        connect_timeout=5,  # seconds
        tcp_user_timeout=10_000,  # ms until a server that fell silent counts as gone
    )
    return config


SQLITE_OPTIONS: dict[str, Any] = {
    "OPTIONS": {
        "timeout": 5,  # seconds to wait for another process's transaction
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
}
