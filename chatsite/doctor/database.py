"""Whether the database can be reached, keeps acknowledged messages in a crash, and is migrated."""

from __future__ import annotations

import sqlite3

from django.conf import settings
from django.db import DatabaseError, NotSupportedError, connection
from django.db.migrations.executor import MigrationExecutor

from chatsite.doctor.finding import Finding, check, fine, note, wrong

SQLITE_REPAIRED = (3, 51, 3)  # https://www.sqlite.org/wal.html#walresetbug
SAFE = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}


@check("database")
def database_answers() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except NotSupportedError as error:  # Django says which version it needs
        newer = "upgrade the system; or chat.env: DATABASE_URL=postgres://user:password@host/name"
        return wrong("version", f"{_line(error)}", newer)
    except DatabaseError as error:
        where = "DATABASE_URL=postgres://user:password@host/name"
        if connection.vendor == "sqlite":
            where = f"DATA_DIR={settings.DATA_DIR}, which this user must be able to write"
        return wrong(
            "database", f"The database cannot be reached: {_line(error)}", f"chat.env: {where}"
        )
    return fine("database", f"{connection.display_name} answers")


@check("version")
def version_is_sound() -> Finding:
    """Of the versions that Django supports."""
    if connection.vendor != "sqlite":
        return fine("version", f"PostgreSQL {_shown('server_version')}")
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_REPAIRED:
        return note(
            "version",
            f"SQLite {found}: before {'.'.join(map(str, SQLITE_REPAIRED))}, two connections that"
            " reset the WAL at the same moment can, very rarely, corrupt the file. Keep backups.",
        )
    return fine("version", f"SQLite {found}")


@check("durability")
def commits_are_durable() -> Finding:
    """An acknowledged message must be on disk."""
    if connection.vendor == "sqlite":
        mode, level = _pragma("journal_mode"), int(_pragma("synchronous"))
        if mode != "wal" or level < 2:
            return wrong(
                "durability",
                f"journal_mode is {mode} and synchronous is {level}; they should be wal and 2.",
                "DATA_DIR=/a/folder/on/a/local/disk; network file systems do not support WAL",
            )
        return fine("durability", "WAL, and each commit is on disk before it is acknowledged")
    for name, right in SAFE.items():
        if (found := _shown(name)) not in right:
            return wrong(
                "durability",
                f"{name} is {found}: a crash can lose acknowledged messages.",
                f"postgresql.conf: {name} = on",
            )
    return fine("durability", "each commit is on disk before it is acknowledged")


@check("migrations")
def migrations_are_applied() -> Finding:
    executor = MigrationExecutor(connection)
    missing = [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        names = ", ".join(f"{each.app_label}.{each.name}" for each in missing[:3])
        return wrong(
            "migrations",
            f"{len(missing)} not applied: {names}.",
            "python manage.py migrate --no-input",
        )
    return fine("migrations", "all applied")


def _shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def _pragma(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return str(cursor.fetchone()[0])


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
